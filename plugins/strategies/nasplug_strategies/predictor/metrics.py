"""How good predictions are: error, order, and what a search would lose by them."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from nasplug.plugin import kendall_tau


def spearman(predicted: ArrayLike, accuracy: ArrayLike) -> float:
    """Returns Spearman's rank correlation; 0 where either side is constant."""
    if np.ptp(predicted) == 0 or np.ptp(accuracy) == 0:
        return 0.0
    return float(stats.spearmanr(predicted, accuracy).statistic)


def r_squared(predicted: ArrayLike, accuracy: ArrayLike) -> float:
    """Returns 1 − squared error ÷ variance of `accuracy`; NaN where that is 0."""
    y = np.asarray(accuracy, dtype=np.float64)
    spread = float(((y - y.mean()) ** 2).sum())
    return 1.0 - float(((y - np.asarray(predicted)) ** 2).sum()) / spread if spread else float("nan")


def mean_squared_error(predicted: ArrayLike, accuracy: ArrayLike) -> float:
    """Returns the mean squared error, percent²."""
    return float(np.mean((np.asarray(predicted) - np.asarray(accuracy)) ** 2))


def regret(predicted: ArrayLike, accuracy: ArrayLike, k: int) -> float:
    """Returns how many percent the best of the `k` best predicted lies below the best of all."""
    y = np.asarray(accuracy)
    return float(y.max() - y[np.argsort(-np.asarray(predicted), kind="stable")[:k]].max())


def all_metrics(predicted: ArrayLike, accuracy: ArrayLike, k: int) -> dict[str, float]:
    """Returns every metric by its name: `mse`, `tau`, `spearman`, `r2`, `regret`."""
    return {
        "mse": mean_squared_error(predicted, accuracy),
        "tau": kendall_tau(predicted, accuracy),
        "spearman": spearman(predicted, accuracy),
        "r2": r_squared(predicted, accuracy),
        "regret": regret(predicted, accuracy, k),
    }
