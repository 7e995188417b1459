"""Gradients of the losses over stacked members, against autograd of the losses as they are defined."""

import pytest
import torch
from nasplug_strategies.predictor.fitting.losses import LOSSES
from torch.nn import functional


def pairs(score, y):
    """Mean of log(1 + exp(−d)) over the differences d = better minus worse, pair by pair."""
    d = [si - sj for si, yi in zip(score, y, strict=True) for sj, yj in zip(score, y, strict=True) if yi > yj]
    return torch.stack([torch.log1p(torch.exp(-difference)) for difference in d]).mean()


DEFINITIONS = {
    "mse": functional.mse_loss,
    "cross_entropy": functional.binary_cross_entropy_with_logits,
    "pairwise": pairs,
}
LABELS = {"mse": [0.5, -1.0, 2.0], "cross_entropy": [0.0, 1.0, 1.0], "pairwise": [1.0, 2.0, 2.0]}


def run(operations):
    for operation in operations:
        operation()


@pytest.mark.parametrize("name", LOSSES)
def test_gradients_are_those_of_every_member(name):
    score = torch.tensor([[0.3, -0.2, 1.0], [0.0, 2.0, -1.0]], requires_grad=True)
    y = torch.tensor([LABELS[name], LABELS[name][::-1]])
    sum(DEFINITIONS[name](s, t) for s, t in zip(score, y, strict=True)).backward()
    gradients = torch.full_like(y, 9.0)
    run(LOSSES[name](score.detach(), y, gradients))
    assert torch.allclose(gradients, score.grad, atol=1e-6)


def test_pairwise_has_no_gradient_where_labels_are_equal():
    gradients = torch.full((1, 4), 9.0)
    run(LOSSES["pairwise"](torch.randn(1, 4), torch.ones(1, 4), gradients))
    assert gradients.abs().sum() == 0
