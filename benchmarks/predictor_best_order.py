"""The best predictor on rows that were never tuned on, mean of 10 seeds."""

from typing import Any

import numpy as np

from benchmarks.predictor_shared import HELD_OUT, predictions, verdict
from nasplug.analysis.figures import kendall_tau

NAME = "predictor-best-order"
BARS = {43: 0.65, 172: 0.78, 860: 0.83}


def run() -> dict[str, Any]:
    """Returns Kendall's τ at N = 172, with those at 43 and 860."""
    rows = np.arange(HELD_OUT, 20_001, 2)
    found = {n: [kendall_tau(*pair) for pair in predictions(rows, n, 10, preset="best")] for n in BARS}
    means = {n: float(np.mean(tau)) for n, tau in found.items()}
    detail = ", ".join(f"N = {n}: {means[n]:.3f} ± {np.std(found[n]):.3f} (bar {bar})" for n, bar in BARS.items())
    holds = all(means[n] >= bar for n, bar in BARS.items())
    return verdict(means[172], "Kendall τ", "≥ .78; ≥ .65 at N = 43, ≥ .83 at N = 860", holds, detail)
