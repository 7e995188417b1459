"""Regularized evolution with its default options against random search, at budgets below its population of 100.

Both search the cells of NASBench-101 from the same seeds. Compared are the best records, which searches look for, in
percent; the figure is the smaller lead, in standard errors of the mean difference. The detail also has the accuracy
that the space reports of these networks: a poor one with a lucky record now and then moves its mean.
"""

from typing import Any

import numpy as np

import nasplug

NAME = "evolution-small-budgets"
STRATEGIES = ("regularized_evolution", "random")
BUDGETS, SEEDS, BAR = (50, 100), 400, 5.0


def run() -> dict[str, Any]:
    """Returns the lead of evolution at the budget where it is smaller."""
    leads, detail = [], []
    for budget in BUDGETS:
        found = np.array([[ends(strategy, budget, seed) for seed in range(SEEDS)] for strategy in STRATEGIES])
        difference = found[0] - found[1]  # [seeds, 2], record and report
        mean, error = difference.mean(0), difference.std(0, ddof=1) / SEEDS**0.5
        leads.append(float(mean[0] / error[0]))
        shown = [f"{m:+.3f} ± {e:.3f}" for m, e in zip(mean, error, strict=True)]
        detail.append(f"{budget} trials: record {shown[0]}, reported {shown[1]}")
    return {
        "figure": min(leads),
        "unit": "standard errors",
        "bar": f"≥ {BAR:g} standard errors",
        "holds": min(leads) >= BAR,
        "detail": f"{SEEDS} seeds; {'; '.join(detail)}",
    }


def ends(strategy: str, budget: int, seed: int) -> tuple[float, float]:
    """Returns the best record of one search, and the reported accuracy of its network."""
    best = nasplug.search("nasbench101", strategy, budget=budget, seed=seed).best
    assert best is not None
    assert best.test is not None
    return best.validation, best.test
