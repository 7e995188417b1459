"""What the loop costs a trial with a SQLite file and a commit a trial: random search of 10,000 trials."""

import itertools
import tempfile
from typing import Any

from benchmarks.loop_memory import TRIALS, microseconds

NAME = "loop-sqlite"
BAR = 200.0


def run() -> dict[str, Any]:
    """Returns microseconds a trial, everything included."""
    with tempfile.TemporaryDirectory() as folder:
        numbers = itertools.count()
        figure = microseconds(storage=f"{folder}/{next(numbers)}.db")
    return {"figure": figure, "unit": "µs a trial", "bar": f"≤ {BAR:g} µs", "holds": figure <= BAR, "trials": TRIALS}
