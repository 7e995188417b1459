"""Regularized evolution on the table, the paper's settings, without a database."""

from typing import Any

from benchmarks.nasbench101_setup import trials_per_second

NAME = "nasbench101-evolution"
BAR, TRIALS = 3000.0, 10_000


def run() -> dict[str, Any]:
    """Returns trials a second of `nasplug.search`; population 100, tournament 10."""
    options = {"population": 100, "tournament": 10}
    figure = trials_per_second("regularized_evolution", TRIALS, options)
    return {
        "figure": figure,
        "unit": "trials/s",
        "bar": f"≥ {BAR:g} trials/s",
        "holds": figure >= BAR,
        "trials": TRIALS,
    }
