"""Kendall's τ, of predicted against measured accuracies."""

from collections.abc import Sequence

from scipy.stats import kendalltau


def kendall_tau(a: Sequence[float], b: Sequence[float]) -> float:
    """Returns τ-b; NaN where one of the two has a single value."""
    return float(kendalltau(a, b).statistic)
