"""The Matérn 5/2 kernel as a function of squared distances."""

import torch
from torch import Tensor


def matern(D: Tensor) -> Tensor:
    """Returns (1 + r + r²/3)·exp(−r) with r = √(5D)."""
    r = (5.0 * D).sqrt_()
    polynomial = r.div(3.0).add_(1.0).mul_(r).add_(1.0)  # in place: the pool of a search makes this the hot spot
    return polynomial.mul_(r.neg_().exp_())


def matern_slope(D: Tensor) -> Tensor:
    """Returns its derivative by `D`: −⅚·(1 + r)·exp(−r)."""
    r = (5.0 * D).sqrt()
    return (-5.0 / 6.0) * (1.0 + r) * torch.exp(-r)
