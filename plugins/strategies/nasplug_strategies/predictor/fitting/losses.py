"""Losses over stacked members, given by the gradients of the scores that a fit needs.

Each is the mean over a batch, member by member. A function here returns the operations that write `gradients` `[m, b]`
for the present `scores` `[m, b]` and `labels` `[m, b]`.
"""

from functools import partial

import torch
from torch import Tensor

from nasplug_strategies.predictor.fitting.training_step import Operations


def mse(scores: Tensor, labels: Tensor, gradients: Tensor) -> Operations:
    """Returns the operations of the squared error."""
    scale = gradients.new_full((), 2.0 / labels.shape[1])  # a tensor: a number would become one at every step
    return [partial(torch.sub, scores, labels, out=gradients), partial(gradients.mul_, scale)]


def cross_entropy(scores: Tensor, labels: Tensor, gradients: Tensor) -> Operations:
    """Returns the operations of the logistic loss of logits against labels 0 or 1."""
    count = gradients.new_full((), labels.shape[1])
    sigmoid = partial(torch.sigmoid, scores, out=gradients)
    return [sigmoid, partial(gradients.sub_, labels), partial(gradients.div_, count)]


def pairwise(scores: Tensor, labels: Tensor, gradients: Tensor) -> Operations:
    """Returns the operations of the logistic loss on the order of all pairs; pairs with equal labels do not count.

    The loss is log(1 + exp(−(sᵢ − sⱼ))) for every yᵢ > yⱼ of a batch (RankNet, Burges et al., ICML 2005).
    """
    return [partial(_write_pairwise, scores, labels, gradients)]


def _write_pairwise(scores: Tensor, labels: Tensor, gradients: Tensor) -> None:
    better = (labels[:, :, None] > labels[:, None, :]).float()  # [m, b, b]
    wrong = torch.sigmoid(scores[:, None, :] - scores[:, :, None]) * better
    torch.div(wrong.sum(1) - wrong.sum(2), better.sum((1, 2)).clamp(min=1)[:, None], out=gradients)


LOSSES = {loss.__name__: loss for loss in (mse, cross_entropy, pairwise)}
