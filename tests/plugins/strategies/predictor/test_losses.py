"""Losses over stacked members."""

import pytest
import torch
from nasplug_strategies.predictor.losses import cross_entropy, mse, pairwise


def test_mse_adds_the_members_means():
    assert mse(torch.tensor([[1.0, 3.0], [0.0, 0.0]]), torch.zeros(2, 2)).item() == 5.0


def test_cross_entropy_is_the_logistic_loss():
    score, y = torch.tensor([[0.0, 2.0]]), torch.tensor([[1.0, 0.0]])
    wanted = (torch.log(torch.tensor(2.0)) + torch.log(1 + torch.exp(torch.tensor(2.0)))) / 2
    assert cross_entropy(score, y).item() == pytest.approx(wanted.item())


def test_pairwise_is_the_mean_over_ordered_pairs():
    score, y = torch.tensor([[0.3, -0.2, 1.0]]), torch.tensor([[1.0, 2.0, 2.0]])
    pairs = [-0.2 - 0.3, 1.0 - 0.3]  # better minus worse; the tie does not count
    wanted = sum(torch.log1p(torch.exp(torch.tensor(-d))) for d in pairs) / 2
    assert pairwise(score, y).item() == pytest.approx(wanted.item())


def test_pairwise_of_equal_labels_is_zero_with_zero_gradient():
    score = torch.randn(1, 4, requires_grad=True)
    pairwise(score, torch.ones(1, 4)).backward()
    assert score.grad.abs().sum() == 0
