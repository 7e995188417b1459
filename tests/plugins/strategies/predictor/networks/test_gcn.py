"""The graph convolution against the formula, written naively; its gradients; padding; node order."""

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import dense, padded


@pytest.fixture
def graphs(toy_batch):
    return dense(toy_batch(12)[0])


def outputs(net, graphs, scalars=None):
    return net.score(graphs, scalars, seed=0)


def naive(net, graphs, member):
    """V' = ½·ReLU(A V W⁺) + ½·ReLU(Aᵀ V W⁻), mean over the nodes, fully connected: graph by graph, in NumPy."""
    representations = []
    for x, A, mask in zip(graphs.x.numpy(), graphs.adjacency.numpy(), graphs.mask.numpy(), strict=True):
        v = int(mask.sum())
        A = A[:v, :v] + np.eye(v)
        forward, backward = A / A.sum(1, keepdims=True), A.T / A.T.sum(1, keepdims=True)
        V = x[:v]
        for W in net.convolutions:
            plus, minus = W.detach().numpy()[:, member]
            V = 0.5 * np.maximum(forward @ V @ plus, 0) + 0.5 * np.maximum(backward @ V @ minus, 0)
        h = V.mean(0)
        for i, (W, bias) in enumerate(zip(net.dense, net.bias, strict=True)):
            h = h @ W.detach().numpy()[member] + bias.detach().numpy()[member, 0]
            h = np.maximum(h, 0) if i < len(net.dense) - 1 else h
        representations.append(h[0])
    return np.array(representations)


@pytest.mark.parametrize("layers", [1, 3])
def test_the_formula(graphs, layers, network):
    net = network("gcn", layers=layers)
    for member in (0, 1):
        assert outputs(net, graphs)[member].detach().numpy() == pytest.approx(naive(net, graphs, member), abs=1e-5)


def test_members_differ(graphs, network):
    first, second = outputs(network("gcn"), graphs)
    assert not torch.allclose(first, second)


def test_padding_does_not_count_in_the_mean(graphs, network):
    net = network("gcn")
    assert torch.allclose(outputs(net, padded(graphs, 9)), outputs(net, graphs), atol=1e-6)


def test_the_order_of_nodes_does_not_matter(graphs, network):
    net, order = network("gcn"), torch.tensor([3, 1, 4, 0, 2])
    turned = type(graphs)(graphs.x[:, order], graphs.adjacency[:, order][:, :, order], graphs.mask[:, order])
    assert torch.allclose(outputs(net, turned), outputs(net, graphs), atol=1e-6)


def test_the_direction_of_edges_matters(graphs, network):
    turned = type(graphs)(graphs.x, graphs.adjacency.mT, graphs.mask)
    assert not torch.allclose(outputs(network("gcn"), turned), outputs(network("gcn"), graphs), atol=1e-4)


@pytest.mark.parametrize("normalisation", ["row", "symmetric", "none"])
@pytest.mark.parametrize("layers", [1, 2, 3, 6])
@pytest.mark.parametrize("scalars", [0, 2])
def test_it_predicts_by_states_what_is_trained_by_graphs(toy_batch, normalisation, layers, scalars, network):
    graphs = padded(dense(toy_batch(40)[0]), 7)
    net = network("gcn", layers=layers, scalars=scalars, normalisation=normalisation)
    given = torch.rand(40, scalars) if scalars else None
    inputs = net.training_inputs(graphs, given, torch.Generator())
    trained = net([t.expand(2, *t.shape) for t in inputs], [])
    assert torch.allclose(outputs(net, graphs, given), trained, atol=1e-5)


@pytest.mark.parametrize("layers", [1, 3])
@pytest.mark.parametrize("hidden", [(7,), (7, 3)])
@pytest.mark.parametrize("scalars", [0, 2])
@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(
    layers, hidden, scalars, dropout, network, graphs, differences_from_autograd
):
    net = network("gcn", layers=layers, hidden=hidden, scalars=scalars)
    given = torch.randn(12, 2) if scalars else None
    assert differences_from_autograd(net, graphs, given, dropout) == set()
