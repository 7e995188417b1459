"""What the loop costs a trial without a database: random search of 10,000 trials on a space that costs nothing."""

import time
from typing import Any

import nasplug
from benchmarks.toy_space import BenchSpace

NAME = "loop-memory"
TRIALS, BAR = 10_000, 60.0


def microseconds(**settings: Any) -> float:
    """Returns the wall time a trial of one random search, in microseconds; the best of three searches."""
    return min(_once(**settings) for _ in range(3))


def run() -> dict[str, Any]:
    """Returns microseconds a trial, everything included: suggest, canonical, evaluate, on_trial."""
    figure = microseconds()
    return {"figure": figure, "unit": "µs a trial", "bar": f"≤ {BAR:g} µs", "holds": figure <= BAR, "trials": TRIALS}


def _once(**settings: Any) -> float:
    started = time.perf_counter()
    nasplug.search(BenchSpace(), "random", budget=TRIALS, **settings)
    return (time.perf_counter() - started) / TRIALS * 1e6
