"""Settings that this space suggests to strategies."""

from typing import Any


def recommended(strategy: str, tabular: bool) -> dict[str, Any] | None:
    """Returns option values and `budget` for a strategy's name; None where there is nothing to suggest.

    `tabular`: accuracies are looked up. Then `preset=paper` has the settings of arXiv 1912.00848, section 3 and
    table 1: 3 layers, of table 1's size by how many are learned from, and a classifier at 91 % before the regressor.
    Where every cell is trained, budgets are small and one stage is enough (ours).
    """
    return (_TABLE if tabular else _TRAINING).get(strategy)


_TABLE: dict[str, dict[str, Any]] = {
    "random": {"budget": 500},
    "regularized_evolution": {"budget": 500, "population": 100, "tournament": 10},
    "neural_predictor": {
        "budget": 260,  # with preset=paper the paper's 172 of these are random
        "paper": {"layers": 3, "stages": 2, "threshold": 91.0},
    },
}
_TRAINING: dict[str, dict[str, Any]] = {
    "random": {"budget": 20},
    "regularized_evolution": {"budget": 30, "population": 10, "tournament": 3},
    "neural_predictor": {"budget": 24, "paper": {"layers": 3, "stages": 1}},
}
