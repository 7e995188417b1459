"""Losses over stacked members: each the sum over members of the mean over a batch, so that members stay independent."""

from collections.abc import Callable

from torch import Tensor
from torch.nn import functional

Loss = Callable[[Tensor, Tensor], Tensor]


def mse(score: Tensor, y: Tensor) -> Tensor:
    """Returns the squared error of `score` `[m, b]` against `y` `[m, b]`."""
    return (score - y).square_().mean(1).sum()


def cross_entropy(score: Tensor, y: Tensor) -> Tensor:
    """Returns the logistic loss of the logits `score` `[m, b]` against labels 0 or 1 `[m, b]`."""
    return functional.binary_cross_entropy_with_logits(score, y, reduction="none").mean(1).sum()


def pairwise(score: Tensor, y: Tensor) -> Tensor:
    """Returns the logistic loss on the order of all pairs in the batch; ties in `y` do not count.

    log(1 + exp(−(sᵢ − sⱼ))) for every yᵢ > yⱼ (RankNet, Burges et al., ICML 2005).
    """
    better = (y[:, :, None] > y[:, None, :]).float()  # [m, b, b]
    loss = functional.softplus(score[:, None, :] - score[:, :, None]) * better
    return (loss.sum((1, 2)) / better.sum((1, 2)).clamp(min=1)).sum()


LOSSES: dict[str, Loss] = {"mse": mse, "cross_entropy": cross_entropy, "pairwise": pairwise}
