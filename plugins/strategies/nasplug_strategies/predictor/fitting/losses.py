"""Losses over stacked members, as what a fit needs of them: their slopes by the scores.

Each is the mean over a batch, member by member.
"""

from collections.abc import Callable
from functools import partial

import torch
from torch import Tensor

from nasplug_strategies.predictor.fitting.recorded_step import Tape

Slope = Callable[[Tensor, Tensor, Tensor], Tape]


def mse(score: Tensor, y: Tensor, slope: Tensor) -> Tape:
    """Returns what writes the `slope` `[m, b]` of the squared error of `score` `[m, b]` against `y` `[m, b]`."""
    scale = slope.new_full((), 2.0 / y.shape[1])  # a tensor: a number would become one at every step
    return [partial(torch.sub, score, y, out=slope), partial(slope.mul_, scale)]


def cross_entropy(score: Tensor, y: Tensor, slope: Tensor) -> Tape:
    """Returns what writes the `slope` `[m, b]` of the logistic loss of logits `score` `[m, b]` against 0 or 1."""
    count = slope.new_full((), y.shape[1])
    return [partial(torch.sigmoid, score, out=slope), partial(slope.sub_, y), partial(slope.div_, count)]


def pairwise(score: Tensor, y: Tensor, slope: Tensor) -> Tape:
    """Returns what writes the `slope` `[m, b]` of the logistic loss on the order of all pairs; ties in `y` count not.

    The loss is log(1 + exp(−(sᵢ − sⱼ))) for every yᵢ > yⱼ of a batch (RankNet, Burges et al., ICML 2005).
    """
    return [partial(_pairwise, score, y, slope)]


def _pairwise(score: Tensor, y: Tensor, slope: Tensor) -> None:
    better = (y[:, :, None] > y[:, None, :]).float()  # [m, b, b]
    wrong = torch.sigmoid(score[:, None, :] - score[:, :, None]) * better
    torch.div(wrong.sum(1) - wrong.sum(2), better.sum((1, 2)).clamp(min=1)[:, None], out=slope)


LOSSES: dict[str, Slope] = {"mse": mse, "cross_entropy": cross_entropy, "pairwise": pairwise}
