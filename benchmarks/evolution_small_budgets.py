"""Regularized evolution with its default options against random search, at budgets below its population of 100.

Both search the cells of NASBench-101 from the same seeds. Compared is the accuracy that the space reports of the
network with the best record, in percent; the figure is the smaller lead, in standard errors of the mean difference.
"""

from typing import Any

import numpy as np

import nasplug

NAME = "evolution-small-budgets"
STRATEGIES = ("regularized_evolution", "random")
BUDGETS, SEEDS, BAR = (50, 100), 400, 2.0


def run() -> dict[str, Any]:
    """Returns the lead of evolution at the budget where it is smaller."""
    leads, detail = [], []
    for budget in BUDGETS:
        ends = np.array([[end(strategy, budget, seed) for seed in range(SEEDS)] for strategy in STRATEGIES])
        difference = ends[0] - ends[1]
        mean, error = difference.mean(), difference.std(ddof=1) / SEEDS**0.5
        leads.append(float(mean / error))
        evolution, random = ends.mean(1)
        detail.append(f"{budget} trials: {evolution:.3f} against {random:.3f} %, {mean:+.3f} ± {error:.3f}")
    return {
        "figure": min(leads),
        "unit": "standard errors",
        "bar": f"≥ {BAR:g} standard errors",
        "holds": min(leads) >= BAR,
        "detail": f"{SEEDS} seeds; {'; '.join(detail)}",
    }


def end(strategy: str, budget: int, seed: int) -> float:
    """Returns the reported accuracy of one search's best network."""
    best = nasplug.search("nasbench101", strategy, budget=budget, seed=seed).best
    assert best is not None
    assert best.test is not None
    return best.test
