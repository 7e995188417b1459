"""Stacked fully-connected layers: initial parameters, scores, and the written gradients against autograd."""

import pytest
import torch
from nasplug_strategies.predictor.fitting.dense_layers import DenseStep, dense_parameters, fully_connected, glorot


@pytest.fixture
def generator():
    return torch.Generator().manual_seed(0)


def test_glorot_fills_its_bounds_evenly(generator):
    limit = (6.0 / (40 + 60)) ** 0.5
    weights = glorot((3, 40, 60), generator)
    assert 0.99 * limit < weights.max() <= limit
    assert -limit <= weights.min() < -0.99 * limit
    assert weights.std().item() == pytest.approx(limit / 3**0.5, rel=0.02)


def test_layers_join_the_widths_with_biases_of_zero(generator):
    weights, biases = dense_parameters([5, 4, 1], 2, generator)
    assert [tuple(W.shape) for W in weights] == [(2, 5, 4), (2, 4, 1)]
    assert [tuple(bias.shape) for bias in biases] == [(2, 1, 4), (2, 1, 1)]
    assert all((bias == 0).all() for bias in biases)


def layers(generator):
    """Returns inputs `[2, 3, 5]`, the parameters of layers 5 → 4 → 3 → 1, and the factors of dropout."""
    weights, biases = dense_parameters([5, 4, 3, 1], 2, generator)
    for bias in biases:
        torch.nn.init.uniform_(bias, -0.5, 0.5, generator=generator)
    factors = [2.0 * (torch.rand(2, 3, width, generator=generator) < 0.5) for width in (4, 3)]
    return torch.randn(2, 3, 5, generator=generator), weights, biases, factors


@pytest.mark.parametrize("dropped", [False, True])
def test_every_layer_but_the_last_has_relu_and_then_dropout(dropped, generator):
    h, weights, biases, factors = layers(generator)
    scores = fully_connected(h, weights, biases, factors if dropped else [])
    for member in range(2):
        expected = h[member]
        for i in range(2):
            expected = (expected @ weights[i][member] + biases[i][member]).relu() * (
                factors[i][member] if dropped else 1
            )
        expected = (expected @ weights[2][member] + biases[2][member])[:, 0]
        assert torch.allclose(scores[member], expected, atol=1e-6)


@pytest.mark.parametrize("dropped", [False, True])
@pytest.mark.parametrize("inputs", [False, True])
def test_written_gradients_are_those_of_autograd(dropped, inputs, generator):
    h, weights, biases, factors = layers(generator)
    dropout = factors if dropped else []
    parameters, gradients = [*weights, *biases], [torch.full_like(p, 9.0) for p in (*weights, *biases)]
    step = DenseStep(h, [p.detach() for p in parameters], gradients)
    step.dh[0].fill_(9.0)
    step.score_gradients.copy_(torch.randn(2, 3, generator=generator))
    for operation in [*step.score(dropout), *step.backward(dropout, inputs=inputs)]:
        operation()
    h.requires_grad_(True)
    scores = fully_connected(h, weights, biases, dropout)
    expected = torch.autograd.grad(scores, [*parameters, h], step.score_gradients)
    assert torch.allclose(step.scores, scores, atol=1e-6)
    assert all(torch.allclose(*pair, atol=1e-6) for pair in zip(gradients, expected, strict=False))
    assert torch.allclose(step.dh[0], expected[-1] if inputs else torch.tensor(9.0), atol=1e-6)
