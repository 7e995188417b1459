"""Random search on the table, without a database."""

from typing import Any

from benchmarks.nasbench101_setup import trials_per_second

NAME = "nasbench101-random"
BAR, TRIALS = 5000.0, 10_000


def run() -> dict[str, Any]:
    """Returns trials a second of `nasplug.search` with the strategy's defaults, beside that of independent draws."""
    figure = trials_per_second("random", TRIALS, {})
    independent = trials_per_second("random", TRIALS, {"distinct": False})
    bar = f"≥ {BAR:g} trials/s"
    return {"figure": figure, "unit": "trials/s", "bar": bar, "holds": figure >= BAR, "independent_draws": independent}
