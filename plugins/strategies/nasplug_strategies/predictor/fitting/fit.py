"""The training loop of every predictor network: mini-batches for stacked members, little but the GEMMs."""

import math
from collections.abc import Callable, Sequence

import attrs
import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.fitting.flat_adam import FlatAdam
from nasplug_strategies.predictor.fitting.losses import LOSSES, Slope
from nasplug_strategies.predictor.fitting.recorded_step import Pass, Tape


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
    n, slope = y.shape[1], LOSSES[recipe.loss]
    optimizer = FlatAdam(list(network.parameters()), recipe.weight_decay)
    sizes = [min(recipe.batch, n - start) for start in range(0, n, recipe.batch)]
    passes = {b: make_pass(optimizer.slopes, b) for b in set(sizes)}
    order, dropout = Order(y, sizes), Dropout(y, sizes, dropped if recipe.dropout else ())
    batches = zip((passes[b] for b in sizes), order.samples, order.labels, dropout.keeps, strict=True)
    tapes = [_tape(slope, *batch) for batch in batches]
    steps = recipe.epochs * len(tapes)
    with torch.inference_mode():  # passes write their gradients out: what autograd keeps is not needed
        for epoch in range(recipe.epochs):
            each_epoch()
            order.draw(generator)
            dropout.draw(recipe.dropout, generator)
            for step, tape in enumerate(tapes, epoch * len(tapes)):
                for operation in tape:  # overwrites the gradients of the step before
                    operation()
                optimizer.step(recipe.lr * _cosine(step / steps))


def _tape(slope: Slope, one: Pass, samples: Tensor, labels: Tensor, keep: Sequence[Tensor]) -> Tape:
    """Returns what a step does before its update."""
    return [*one.forward(samples, keep), *slope(one.scores, labels, one.slope), *one.backward(keep)]


class Order:
    """Sample numbers `[m·b]` and labels `[m, b]` of one epoch by batch, in an order of each member's own."""

    def __init__(self, y: Tensor, sizes: Sequence[int]) -> None:
        m, n = y.shape
        parts = torch.split(torch.arange(m * n).view(m, n), list(sizes), 1)
        self.y, self.places = y, torch.cat([part.flatten() for part in parts]).to(y.device)  # [m·n], batch by batch
        self.all_samples, self.all_labels = torch.empty_like(self.places), y.new_empty(m * n)
        self.samples = torch.split(self.all_samples, [m * b for b in sizes])
        self.labels = _batches(self.all_labels, m, sizes)

    def draw(self, generator: torch.Generator) -> None:
        """Overwrites both."""
        order = torch.rand(self.y.shape, generator=generator).argsort(1).to(self.y.device)  # [m, n]
        self.all_samples.copy_(order.flatten()[self.places])
        self.all_labels.copy_(self.y.gather(1, order).flatten()[self.places])


class Dropout:
    """Dropout factors of one epoch: for each batch, `keeps` has one `[m, b, width]` of every width, or nothing."""

    def __init__(self, y: Tensor, sizes: Sequence[int], widths: Sequence[int]) -> None:
        m, n = y.shape
        self.factors = [y.new_empty(m * n, width) for width in widths]  # by sample
        by_width = [_batches(factor, m, sizes) for factor in self.factors]
        self.keeps = [[batches[i] for batches in by_width] for i in range(len(sizes))]

    def draw(self, rate: float, generator: torch.Generator) -> None:
        """Overwrites all."""
        for factor in self.factors:
            _draw(factor, rate, generator)


def _draw(factor: Tensor, rate: float, generator: torch.Generator) -> None:
    """Overwrites a dropout factor: 0 with probability `rate`, cut to 16 bits, else 1 / (1 − `rate`)."""
    words = torch.empty(-(-factor.numel() // 4), dtype=torch.int64).random_(-(2**63), None, generator=generator)
    draws = words.view(torch.int16)[: factor.numel()].view(factor.shape)  # four a word
    torch.ge(draws.to(factor.device), int(2**16 * rate) - 2**15, out=factor).div_(1.0 - rate)


def _batches(rows: Tensor, m: int, sizes: Sequence[int]) -> list[Tensor]:
    """Returns views `[m, b, …]` of the rows of one epoch."""
    return [part.view(m, -1, *rows.shape[1:]) for part in torch.split(rows, [m * b for b in sizes])]


def _cosine(t: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * t))
