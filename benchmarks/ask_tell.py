"""How long `nasplug ask` and `nasplug tell` take on a run of 10,000 trials, each a process of its own."""

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import nasplug

NAME = "ask-tell"
TRIALS, BAR = 10_000, 1.0
RUN = {"space": "benchmarks.toy_space:BenchSpace", "strategy": "regularized_evolution"}


def run() -> dict[str, Any]:
    """Returns the slower of an ask and a tell, in seconds; each the best of five."""
    with tempfile.TemporaryDirectory() as folder:
        storage = str(Path(folder) / "runs.db")
        nasplug.search(**RUN, budget=TRIALS, storage=storage, name="large")
        seconds = [_ask_and_tell(storage) for _ in range(5)]
    ask, tell = (min(times) for times in zip(*seconds, strict=True))
    slower = max(ask, tell)
    return {
        "figure": slower, "unit": "s", "bar": f"≤ {BAR:g} s", "holds": slower <= BAR, "ask": ask, "tell": tell,
        "trials": TRIALS,
    }  # fmt: skip


def _ask_and_tell(storage: str) -> tuple[float, float]:
    budget = ["--budget", str(TRIALS + 1000)]
    asked, ask = _timed("ask", "large", "--json", *budget, "--storage", storage)
    number = json.loads(asked)["jobs"][0]["number"]
    _, tell = _timed("tell", "large", str(number), "--accuracy", "50", "--storage", storage)
    return ask, tell


def _timed(*arguments: str) -> tuple[str, float]:
    started = time.perf_counter()
    command = [sys.executable, "-m", "nasplug.cli", *arguments]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return printed, time.perf_counter() - started
