"""How long `nasplug --help` and `nasplug list` take as whole processes, and that they import nothing heavy."""

import subprocess
import sys
import time
from statistics import median
from typing import Any

NAME = "cli-start"
BAR = 0.25
HEAVY = ("torch", "tensorflow", "sqlalchemy")
WATCH = "import sys; from nasplug.cli import main\ntry: main(sys.argv[1:])\nexcept SystemExit: print('|', *sys.modules)"


def seconds(*arguments: str, runs: int = 9) -> float:
    """Returns the median wall time of a call of the command line."""
    return median(_timed([sys.executable, "-m", "nasplug.cli", *arguments]) for _ in range(runs))


def run() -> dict[str, Any]:
    """Returns the slower of the two medians."""
    times = {command: seconds(command) for command in ("--help", "list")}
    imported = {name for command in times for name in _modules(command) if name in HEAVY}
    slowest = max(times.values())
    holds = slowest <= BAR and not imported
    return {
        "figure": slowest,
        "unit": "s",
        "bar": f"≤ {BAR} s",
        "holds": holds,
        "medians": times,
        "heavy": sorted(imported),
    }


def _timed(command: list[str]) -> float:
    started = time.perf_counter()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    return time.perf_counter() - started


def _modules(command: str) -> list[str]:
    done = subprocess.run([sys.executable, "-c", WATCH, command], capture_output=True, text=True, check=True)
    return done.stdout.rpartition("|")[2].split()
