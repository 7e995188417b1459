"""The training loop of every predictor network: mini-batches for stacked members, little but the GEMMs."""

import math
from collections.abc import Callable, Sequence
from typing import Protocol

import attrs
import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.flat_adam import FlatAdam
from nasplug_strategies.predictor.losses import LOSSES


class Pass(Protocol):
    """Forward and backward pass of a batch."""

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `samples` `[m·b]`, with dropout factors `[m, b, width]`, or none."""

    def backward(self, slope: Tensor) -> None:
        """Writes the gradient of every parameter, given the slope `[m, b]` of the loss by the scores."""


@attrs.frozen
class Recipe:
    """How a network is trained: Adam with L2 `weight_decay`, `lr` annealed to zero by a cosine."""

    epochs: int = 300
    batch: int = 10
    lr: float = 1e-4
    weight_decay: float = 1e-3
    dropout: float = 0.1
    loss: str = "mse"


def fit(
    network: nn.Module,
    make_pass: Callable[[Sequence[Tensor], int], Pass],
    y: Tensor,
    recipe: Recipe,
    dropped: Sequence[int],
    generator: torch.Generator,
    each_epoch: Callable[[], object] = lambda: None,
) -> None:
    """Trains the stacked members of `network` in place.

    `make_pass` returns the pass of `b` samples a member that writes its gradients into given tensors; `y` is `[m, n]`
    (a row per member); `dropped` are the widths that dropout acts on; `each_epoch` is called before every epoch and may
    change the inputs. Every random number comes from `generator`, so that equal arguments give equal bits.
    """
    m, n = y.shape
    optimizer = FlatAdam(list(network.parameters()), recipe.weight_decay)
    slope_of = LOSSES[recipe.loss]
    sizes = [min(recipe.batch, n - start) for start in range(0, n, recipe.batch)]
    passes = {b: make_pass(optimizer.slopes, b) for b in set(sizes)}
    factors = [y.new_empty(m * n, width) for width in dropped if recipe.dropout]  # of dropout, by sample
    keeps = list(zip(*(_batches(factor, m, sizes) for factor in factors), strict=True)) or [()] * len(sizes)
    rates = [recipe.lr * _cosine(t / (recipe.epochs * len(sizes))) for t in range(recipe.epochs * len(sizes))]
    with torch.inference_mode():  # passes write their gradients out: what autograd keeps is not needed
        for epoch in range(recipe.epochs):
            each_epoch()
            samples, labels = _order(y, sizes, generator)
            for factor in factors:
                _draw(factor, recipe.dropout, generator)
            batches = zip(sizes, samples, labels, keeps, strict=True)
            for step, (b, rows, wanted, keep) in enumerate(batches, epoch * len(sizes)):
                score = passes[b].forward(rows, keep)
                passes[b].backward(slope_of(score, wanted))  # overwrites the gradients of the step before
                optimizer.step(rates[step])


def _order(y: Tensor, sizes: Sequence[int], generator: torch.Generator) -> tuple[list[Tensor], list[Tensor]]:
    """Returns sample numbers `[m·b]` and labels `[m, b]` of one epoch by batch, in an order of each member's own."""
    m, n = y.shape
    order = torch.rand(m, n, generator=generator).argsort(1).to(y.device)  # [m, n]
    samples = [part.flatten() for part in torch.split(order, list(sizes), 1)]
    return samples, list(torch.split(y.gather(1, order), list(sizes), 1))


def _batches(rows: Tensor, m: int, sizes: Sequence[int]) -> list[Tensor]:
    """Returns views `[m, b, …]` of the rows of one epoch."""
    return [part.view(m, -1, *rows.shape[1:]) for part in torch.split(rows, [m * b for b in sizes])]


def _draw(factor: Tensor, rate: float, generator: torch.Generator) -> None:
    """Overwrites a dropout factor: 0 with probability `rate`, cut to 16 bits, else 1 / (1 − `rate`)."""
    words = torch.empty(-(-factor.numel() // 4), dtype=torch.int64).random_(-(2**63), None, generator=generator)
    kept = words.view(torch.int16)[: factor.numel()] >= int(2**16 * rate) - 2**15  # four draws a word
    factor.copy_(kept.view(factor.shape)).div_(1.0 - rate)


def _cosine(t: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * t))
