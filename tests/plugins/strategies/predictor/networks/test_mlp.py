"""The MLP sees operations and signed edges; its written training step is that of autograd."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.networks.mlp import MLP


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("hidden", [(7,), (7, 3)])
@pytest.mark.parametrize("dropout", [False, True])
def test_scores_and_gradients_are_those_of_autograd(
    layers, hidden, dropout, network, toy_batch, differences_from_autograd
):
    net = network("mlp", layers=layers, hidden=hidden)
    assert differences_from_autograd(net, dense(toy_batch(12)[0]), dropout=dropout) == set()


def test_it_has_as_many_layers_of_width_size_as_asked_for(network):
    widths = [tuple(W.shape[1:]) for W in network("mlp", layers=2, hidden=(7, 3)).dense]
    assert widths == [(5 * 5 + 10, 6), (6, 6), (6, 7), (7, 3), (3, 1)]


def test_the_table_holds_operations_then_signed_edges_of_the_upper_triangle():
    x, A = torch.arange(6.0).view(1, 3, 2), torch.zeros(1, 3, 3)
    A[0, 0, 1] = A[0, 2, 0] = 1
    assert MLP.table(x, A).tolist() == [[0, 1, 2, 3, 4, 5, 1, -1, 0]]


def test_the_direction_of_edges_is_seen(toy_batch):
    graphs = dense(toy_batch(12)[0])
    x, A = graphs.x, graphs.adjacency.float()
    assert torch.equal(MLP.table(x, A) - MLP.table(x, A.mT), 2 * (MLP.table(x, A) - MLP.table(x, 0 * A)))
    assert not torch.equal(MLP.table(x, A), MLP.table(x, A.mT))
