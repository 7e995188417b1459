"""Kendall's τ, of predicted against measured accuracies."""

from math import isnan

from numpy.typing import ArrayLike
from scipy.stats import kendalltau


def kendall_tau(a: ArrayLike, b: ArrayLike) -> float:
    """Returns Kendall's τ-b; 0 where either side is constant, as no order is found there."""
    tau = float(kendalltau(a, b).statistic)
    return 0.0 if isnan(tau) else tau
