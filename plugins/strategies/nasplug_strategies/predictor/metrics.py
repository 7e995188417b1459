"""How good predictions are: error, order, and what a search would lose by them."""

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats


def kendall_tau(predicted: ArrayLike, accuracy: ArrayLike) -> float:
    """Returns Kendall's τ-b; 0 where either side is constant, as no order is found there."""
    tau = float(stats.kendalltau(predicted, accuracy).statistic)
    return 0.0 if np.isnan(tau) else tau
