"""Losses over stacked members, as what a fit needs of them: their slopes by the scores.

Each is the mean over a batch, member by member.
"""

from collections.abc import Callable

import torch
from torch import Tensor

Slope = Callable[[Tensor, Tensor, Tensor], object]


def mse(score: Tensor, y: Tensor, slope: Tensor) -> None:
    """Writes the `slope` `[m, b]` of the squared error of `score` `[m, b]` against `y` `[m, b]`."""
    torch.sub(score, y, out=slope).mul_(2.0 / y.shape[1])


def cross_entropy(score: Tensor, y: Tensor, slope: Tensor) -> None:
    """Writes the `slope` `[m, b]` of the logistic loss of logits `score` `[m, b]` against labels 0 or 1 `[m, b]`."""
    torch.sigmoid(score, out=slope).sub_(y).div_(y.shape[1])


def pairwise(score: Tensor, y: Tensor, slope: Tensor) -> None:
    """Writes the `slope` `[m, b]` of the logistic loss on the order of all pairs in the batch; ties in `y` count not.

    The loss is log(1 + exp(−(sᵢ − sⱼ))) for every yᵢ > yⱼ (RankNet, Burges et al., ICML 2005).
    """
    better = (y[:, :, None] > y[:, None, :]).float()  # [m, b, b]
    wrong = torch.sigmoid(score[:, None, :] - score[:, :, None]) * better
    torch.div(wrong.sum(1) - wrong.sum(2), better.sum((1, 2)).clamp(min=1)[:, None], out=slope)


LOSSES: dict[str, Slope] = {"mse": mse, "cross_entropy": cross_entropy, "pairwise": pairwise}
