"""The training loop of every predictor network: mini-batches for stacked members, little but the GEMMs."""

import math
from collections.abc import Callable, Sequence

import attrs
import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.losses import LOSSES

Augment = Callable[[Sequence[Tensor], torch.Generator], Sequence[Tensor]]


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
    inputs: Sequence[Tensor],
    y: Tensor,
    recipe: Recipe,
    dropped: Sequence[int],
    generator: torch.Generator,
    augment: Augment | None = None,
) -> None:
    """Trains the stacked members of `network` in place.

    `inputs` hold one row per sample, `y` is `[m, n]` (a row per member); `dropped` are the
    widths that dropout acts on; `augment` changes the inputs of an epoch before they are used.
    Every random number comes from `generator`, so that equal arguments give equal bits.
    """
    m, n = y.shape
    parameters = list(network.parameters())
    optimizer, gradient = _adam(parameters, recipe)
    loss_of = LOSSES[recipe.loss]
    sizes = [min(recipe.batch, n - start) for start in range(0, n, recipe.batch)]
    steps = recipe.epochs * len(sizes)
    for epoch in range(recipe.epochs):
        samples, labels = _order(y, sizes, generator)
        rows: Sequence[Tensor] = [t[samples] for t in inputs]
        rows = augment(rows, generator) if augment else rows
        keep = [_dropout((m * n, width), recipe.dropout, generator, y.device) for width in dropped if recipe.dropout]
        for step, parts in enumerate(zip(*(_batches(t, m, sizes) for t in (labels, *keep, *rows)), strict=True)):
            optimizer.param_groups[0]["lr"] = recipe.lr * _cosine((epoch * len(sizes) + step) / steps)
            score = network(parts[1 + len(keep) :], parts[1 : 1 + len(keep)])
            slopes = torch.autograd.grad(loss_of(score, parts[0]), parameters)
            torch.cat([slope.flatten() for slope in slopes], out=gradient)  # nothing of the step before is left
            optimizer.step()


def _adam(parameters: Sequence[nn.Parameter], recipe: Recipe) -> tuple[torch.optim.Adam, Tensor]:
    """Returns the optimizer and its gradient, both over one flat tensor into which every parameter becomes a view.

    One fused update instead of one per parameter.
    """
    flat = torch.cat([p.detach().flatten() for p in parameters])
    sizes = [p.numel() for p in parameters]
    for p, value in zip(parameters, torch.split(flat, sizes), strict=True):
        p.data = value.view_as(p)
    flat.grad = gradient = torch.zeros_like(flat)
    return torch.optim.Adam([flat], lr=recipe.lr, weight_decay=recipe.weight_decay, fused=True), gradient


def _order(y: Tensor, sizes: Sequence[int], generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Returns sample numbers and labels `[m·n]` of one epoch by batch, in an order of each member's own."""
    m, n = y.shape
    order = torch.rand(m, n, generator=generator).argsort(1).to(y.device)  # [m, n]
    pieces = zip(torch.split(order, list(sizes), 1), torch.split(y.gather(1, order), list(sizes), 1), strict=True)
    samples, labels = zip(*((s.flatten(), t.flatten()) for s, t in pieces), strict=True)
    return torch.cat(samples), torch.cat(labels)


def _batches(rows: Tensor, m: int, sizes: Sequence[int]) -> list[Tensor]:
    """Returns views `[m, b, …]` of the rows of one epoch."""
    return [part.view(m, -1, *rows.shape[1:]) for part in torch.split(rows, [m * b for b in sizes])]


def _dropout(shape: tuple[int, ...], rate: float, generator: torch.Generator, device: torch.device) -> Tensor:
    return ((torch.rand(shape, generator=generator) >= rate).float() / (1.0 - rate)).to(device)


def _cosine(t: float) -> float:
    return 0.5 * (1.0 + math.cos(math.pi * t))
