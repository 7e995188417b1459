"""The paper's predictor on real cells: one stage, N = 172, D = 144, mean of 10 seeds."""

from typing import Any

import numpy as np
from nasplug_strategies.predictor.metrics import mean_squared_error

from benchmarks.predictor_shared import predictions, verdict
from nasplug.analysis.figures import kendall_tau

NAME = "predictor-paper-order"


def run() -> dict[str, Any]:
    """Returns Kendall's τ, with the MSE of all cells and of those above 80 %."""
    tau, mse, without = [], [], []
    for predicted, y in predictions(np.arange(20_001), 172, 10, preset="paper", stages=1):
        tau.append(kendall_tau(predicted, y))
        mse.append(mean_squared_error(predicted, y))
        without.append(mean_squared_error(predicted[y >= 80], y[y >= 80]))
    detail = f"τ ± {np.std(tau):.3f}; MSE {np.mean(mse):.2f}, without the tail below 80 %: {np.mean(without):.2f}"
    figure = float(np.mean(tau))
    return verdict(figure, "Kendall τ", "≥ .58", figure >= 0.58, detail)
