"""The training loop of every predictor network: mini-batches for stacked members, little besides matrix products."""

import math
from collections.abc import Sequence
from functools import partial
from typing import Any

import attrs
import torch
from torch import Generator, Tensor, nn

from nasplug_strategies.predictor.fitting.losses import LOSSES
from nasplug_strategies.predictor.fitting.training_step import Operations, TrainingStep
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.network import Network


@attrs.frozen
class FitSettings:
    """How networks are trained: Adam with L2 `weight_decay`, `lr` annealed to zero by a cosine."""

    epochs: int = 300
    batch: int = 10
    lr: float = 1e-4
    weight_decay: float = 1e-3
    dropout: float = 0.1
    loss: str = "mse"


def fit(
    network: Network, graphs: Graphs, scalars: Tensor | None, y: Tensor, settings: FitSettings, generator: Generator
) -> None:
    """Trains the `m` stacked members of `network` in place. Equal arguments give equal bits.

    Args:
        scalars: `[n, s]`, numbers that the network reads beside the `n` graphs, or None.
        y: `[m, n]`, the labels, a row for each member.
        generator: draws the order of the samples, the dropout and, for some kinds, the order of the nodes.
    """
    optimizer = FlatAdam(list(network.parameters()), settings.weight_decay)
    inputs = network.training_inputs(graphs, scalars, generator)
    steps, order, dropout = _recorded_epoch(network, inputs, optimizer.gradients, y, settings)
    total = settings.epochs * len(steps)
    with torch.inference_mode():  # a written step needs nothing of autograd; `AutogradStep` leaves the mode
        for epoch in range(settings.epochs):
            network.start_epoch(inputs, graphs, generator)
            order.draw(generator)
            dropout.draw(settings.dropout, generator)
            for number, operations in enumerate(steps, epoch * len(steps)):
                for operation in operations:  # overwrites the gradients of the step before
                    operation()
                optimizer.step(settings.lr * _cosine(number / total))


def _recorded_epoch(
    network: Network, inputs: Sequence[Tensor], gradients: Sequence[Tensor], y: Tensor, settings: FitSettings
) -> "tuple[list[Operations], SampleOrder, Dropout]":
    """Returns the operations of each batch of an epoch, and what is drawn before the epoch and read by them."""
    n = y.shape[1]
    sizes = [min(settings.batch, n - start) for start in range(0, n, settings.batch)]
    steps = {size: network.training_step(inputs, gradients, size) for size in set(sizes)}
    widths = [bias.shape[2] for bias in network.bias[:-1]] if settings.dropout else []
    order, dropout = SampleOrder(y, sizes), Dropout(y, sizes, widths)
    batches = zip((steps[size] for size in sizes), order.samples, order.labels, dropout.factors, strict=True)
    return [_recorded_step(settings.loss, *batch) for batch in batches], order, dropout


def _recorded_step(
    loss: str, step: TrainingStep, samples: Tensor, labels: Tensor, dropout: Sequence[Tensor]
) -> Operations:
    """Returns the operations of one batch, without the update of the parameters."""
    gradients = LOSSES[loss](step.scores, labels, step.score_gradients)
    return [*step.forward(samples, dropout), *gradients, *step.backward(dropout)]


# The operation that `torch.optim.Adam` with its defaults comes to, after checks that take as long as a step of a small
# network. It is private: the distribution bounds torch by the newest version that the tests have passed with.
update: Any = partial(torch._fused_adam_, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False, maximize=False)


class FlatAdam:
    """Adam with L2 `weight_decay` on one flat tensor, of which all parameters become views.

    `gradients` are the views of the flat gradient, parameter by parameter, for a step to write into.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], weight_decay: float) -> None:
        self.flat = torch.cat([p.detach().flatten() for p in parameters])
        gradient, mean, square = (torch.zeros_like(self.flat) for _ in range(3))
        (self.steps, self.one), self.weight_decay = torch.tensor((0.0, 1.0), device=self.flat.device), weight_decay
        self.tensors: tuple[list[Tensor], ...] = ([self.flat], [gradient], [mean], [square], [], [self.steps])
        sizes = [p.numel() for p in parameters]
        for p, values in zip(parameters, torch.split(self.flat, sizes), strict=True):
            p.data = values.view_as(p)
        self.gradients = [g.view_as(p) for p, g in zip(parameters, torch.split(gradient, sizes), strict=True)]

    def step(self, lr: float) -> None:
        """Updates the parameters by the present gradients."""
        self.steps.add_(self.one)  # a tensor: a number would become one at every step
        update(*self.tensors, lr=lr, weight_decay=self.weight_decay)


class SampleOrder:
    """Row numbers `[m·b]` and labels `[m, b]` of each batch of an epoch, in an order of each member's own."""

    def __init__(self, y: Tensor, sizes: Sequence[int]) -> None:
        self.y, self.sizes, m = y, list(sizes), len(y)
        self.samples = [torch.empty(m * size, dtype=torch.int64, device=y.device) for size in sizes]
        self.labels = [y.new_empty(m, size) for size in sizes]

    def draw(self, generator: Generator) -> None:
        """Overwrites both with those of new orders."""
        order = torch.rand(self.y.shape, generator=generator).argsort(1).to(self.y.device)  # [m, n]
        for rows, samples, labels in zip(torch.split(order, self.sizes, 1), self.samples, self.labels, strict=True):
            torch.gather(self.y, 1, rows, out=labels)
            samples.view_as(rows).copy_(rows)


class Dropout:
    """Dropout of an epoch: `factors` has, for each batch, one tensor `[m, b, width]` of every width, or none."""

    def __init__(self, y: Tensor, sizes: Sequence[int], widths: Sequence[int]) -> None:
        m, n = y.shape
        self.all_factors = [y.new_empty(m * n, width) for width in widths]
        by_width = [torch.split(factor, [m * size for size in sizes]) for factor in self.all_factors]
        self.factors = [[rows[i].view(m, -1, rows[i].shape[1]) for rows in by_width] for i in range(len(sizes))]

    def draw(self, rate: float, generator: Generator) -> None:
        """Overwrites all factors with new ones."""
        for factor in self.all_factors:
            _draw_dropout(factor, rate, generator)


def _draw_dropout(factor: Tensor, rate: float, generator: Generator) -> None:
    """Overwrites a factor: 0 with probability `rate`, cut to 16 bits, else 1 / (1 − `rate`)."""
    words = torch.empty(-(-factor.numel() // 4), dtype=torch.int64).random_(-(2**63), None, generator=generator)
    draws = words.view(torch.int16)[: factor.numel()].view(factor.shape)  # four a word
    torch.ge(draws.to(factor.device), int(2**16 * rate) - 2**15, out=factor).div_(1.0 - rate)


def _cosine(t: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * t))
