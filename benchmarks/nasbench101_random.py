"""Random search on the table, without a database."""

from typing import Any

from benchmarks.nasbench101_setup import trials_per_second

NAME = "nasbench101-random"
BAR, TRIALS = 5000.0, 10_000


def run() -> dict[str, Any]:
    """Returns trials a second of `nasplug.search`, independent draws as in the paper."""
    figure = trials_per_second("random", TRIALS, {"distinct": False})
    return {
        "figure": figure,
        "unit": "trials/s",
        "bar": f"≥ {BAR:g} trials/s",
        "holds": figure >= BAR,
        "trials": TRIALS,
    }
