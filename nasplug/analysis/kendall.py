"""Kendall's τ, of predicted against measured accuracies."""

import numpy as np
from numpy.typing import ArrayLike
from scipy.stats import kendalltau


def kendall_tau(a: ArrayLike, b: ArrayLike) -> float:
    """Returns Kendall's τ-b; 0 where either side is constant, as no order is found there; NaN for NaN or nothing."""
    if np.size(a) and (np.ptp(a) == 0 or np.ptp(b) == 0):
        return 0.0
    return float(kendalltau(a, b).statistic)
