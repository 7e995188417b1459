"""Kills a comparison with SIGKILL at random moments, repeats its command, and compares its files byte for byte."""

import random
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

NAME = "compare-kill"
KILLS = 10
FILES = (
    "trials.csv",
    "trials.parquet",
    "summary.csv",
    "levels.csv",
    "speedups.csv",
    "comparison.png",
    "comparison.svg",
)


def run(kills: int = KILLS) -> dict[str, Any]:
    """Returns how many of the killed and repeated comparisons have the files of the unbroken one."""
    with tempfile.TemporaryDirectory() as name:
        folder, generator = Path(name), random.Random(0)
        started = time.perf_counter()
        subprocess.run(_command(folder / "whole"), check=True, capture_output=True)
        duration = time.perf_counter() - started
        whole = _files(folder / "whole")
        same = sum(_killed(folder / f"{i}", generator.uniform(0.0, duration)) == whole for i in range(kills))
    return {"figure": same, "unit": f"of {kills} comparisons the same", "bar": f"= {kills}", "holds": same == kills}


def _killed(folder: Path, moment: float) -> list[bytes]:
    with subprocess.Popen(_command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        time.sleep(moment)
        process.send_signal(signal.SIGKILL)
    subprocess.run(_command(folder), check=True, capture_output=True)
    return _files(folder)


def _command(folder: Path) -> list[str]:
    strategies = ["--strategy", "random", "--strategy", "regularized_evolution:population=8,tournament=3"]
    space = ["--space", "nasbench101", "--space-opt", "evaluator=surrogate"]
    size = ["--repeats", "6", "--budget", "40", "--workers", "2", "--out", str(folder)]
    return [sys.executable, "-m", "nasplug.cli", "compare", *space, *strategies, *size]


def _files(folder: Path) -> list[bytes]:
    return [(folder / name).read_bytes() for name in FILES]
