"""Predicted against measured accuracies, and Kendall's τ between them."""

import attrs
import numpy as np
from numpy.typing import ArrayLike


@attrs.frozen
class Prediction:
    """What a predictor that had learnt from the trials before `first` predicted of some later ones."""

    first: int  # the number of the first trial that the predictor had not seen
    numbers: list[int]  # the numbers of the trials predicted
    predicted: list[float]  # their predicted accuracies in percent
    measured: list[float]  # their measured accuracies in percent

    @property
    def tau(self) -> float:
        """Kendall's τ between the predicted and the measured accuracies."""
        return kendall_tau(self.predicted, self.measured)


def kendall_tau(a: ArrayLike, b: ArrayLike) -> float:
    """Returns Kendall's τ-b, as SciPy computes it, but 0 where `a` or `b` is constant: it ranks nothing.

    NaN where there is a NaN, or no value at all.
    """
    from scipy.stats import kendalltau

    if np.size(a) and (np.ptp(a) == 0 or np.ptp(b) == 0):
        return 0.0
    return float(kendalltau(a, b).statistic)
