"""The Matérn 5/2 kernel as a function of squared distances."""

import torch
from torch import Tensor


def matern(D: Tensor) -> Tensor:
    """Returns (1 + r + r²/3)·exp(−r) with r = √(5D)."""
    r = (5.0 * D).sqrt()
    return (1.0 + r + r.square() / 3.0) * torch.exp(-r)


def matern_slope(D: Tensor) -> Tensor:
    """Returns its derivative by `D`: −⅚·(1 + r)·exp(−r)."""
    r = (5.0 * D).sqrt()
    return (-5.0 / 6.0) * (1.0 + r) * torch.exp(-r)
