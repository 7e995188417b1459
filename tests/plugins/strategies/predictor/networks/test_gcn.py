"""The graph convolution against the formula, written naively; its gradients; padding; node order."""

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import dense, padded
from nasplug_strategies.predictor.graphs.distinct_states import states
from nasplug_strategies.predictor.networks.gcn import GCN

from tests.plugins.strategies.predictor.autograd_pass import dense_scores


@pytest.fixture
def graphs(toy_batch):
    return dense(toy_batch(12)[0])


def network(layers=3, members=2, hidden=(7,), features=0):
    return GCN(5, layers, 6, hidden, members, torch.Generator().manual_seed(1), features)


def outputs(net, graphs):
    return net(states(graphs, "row", len(net.convolutions)), None)


def naive(net, graphs, member):
    """V' = ½·ReLU(A V W⁺) + ½·ReLU(Aᵀ V W⁻), mean over the nodes, fully connected: graph by graph, in NumPy."""
    found = []
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
        found.append(h[0])
    return np.array(found)


@pytest.mark.parametrize("layers", [1, 3])
def test_the_formula(graphs, layers):
    net = network(layers)
    for member in (0, 1):
        assert outputs(net, graphs)[member].detach().numpy() == pytest.approx(naive(net, graphs, member), abs=1e-5)


def test_members_differ(graphs):
    first, second = outputs(network(), graphs)
    assert not torch.allclose(first, second)


def test_padding_does_not_count_in_the_mean(graphs):
    net = network()
    assert torch.allclose(outputs(net, padded(graphs, 9)), outputs(net, graphs), atol=1e-6)


def test_the_order_of_nodes_does_not_matter(graphs):
    net, order = network(), torch.tensor([3, 1, 4, 0, 2])
    turned = type(graphs)(graphs.x[:, order], graphs.adjacency[:, order][:, :, order], graphs.mask[:, order])
    assert torch.allclose(outputs(net, turned), outputs(net, graphs), atol=1e-6)


def test_the_direction_of_edges_matters(graphs):
    turned = type(graphs)(graphs.x, graphs.adjacency.mT, graphs.mask)
    assert not torch.allclose(outputs(network(), turned), outputs(network(), graphs), atol=1e-4)


@pytest.mark.parametrize("normalisation", ["row", "symmetric", "none"])
@pytest.mark.parametrize("layers", [1, 2, 3, 6])
@pytest.mark.parametrize("features", [0, 2])
def test_it_predicts_by_states_what_is_trained_by_graphs(toy_batch, normalisation, layers, features):
    graphs = padded(dense(toy_batch(40)[0]), 7)
    net, given = network(layers, features=features), torch.rand(40, features) if features else None
    inputs = [*GCN.inputs(graphs, normalisation), *([given] if features else [])]
    whole = dense_scores(net, [t.expand(2, *t.shape) for t in inputs], [])
    assert torch.allclose(net(states(graphs, normalisation, layers), given), whole, atol=1e-5)
