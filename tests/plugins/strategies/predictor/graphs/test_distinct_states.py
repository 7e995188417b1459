"""Distinct node states: how many there are, what they are summed from, and where nothing repeats."""

import pytest
import torch
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, aggregation, dense
from nasplug_strategies.predictor.graphs.distinct_states import WeightedSums, distinct_rows, distinct_states


def chain(*operations):
    """A graph whose nodes follow one another; operations are numbers below 3."""
    v = len(operations)
    x = torch.nn.functional.one_hot(torch.tensor(operations), 3).float()[None]
    adjacency = torch.diag(torch.ones(v - 1, dtype=torch.bool), 1)[None] if v > 1 else torch.zeros(1, 1, 1).bool()
    return Graphs(x, adjacency, torch.ones(1, v, dtype=torch.bool))


def after(found, layer):
    """How many states there are after a convolution."""
    return len(found.convolutions[layer][0].starts) - 1


def test_sums_are_those_of_dense_weights():
    weights = torch.tensor([[0.5, 0.0, 2.0], [0.0, 0.0, 0.0], [1.0, 1.0, 0.0]])
    table = torch.rand(9, 4)
    rows = torch.tensor([[8, 1, 2], [0, 0, 0], [3, 3, 5]])
    assert torch.allclose(WeightedSums.from_matrix(weights, rows)(table), (weights[:, :, None] * table[rows]).sum(1))


def test_a_row_of_each_kind():
    rows = torch.tensor([[1.0, 2.0], [2.0, 1.0], [1.0, 2.0], [0.0, 0.0]])
    first, kind = distinct_rows(rows)
    assert len(first) == 3
    assert torch.equal(rows[first][kind], rows)


def test_a_state_sees_one_neighbour_further_after_every_convolution():
    """0 0 … 0: ends differ from the middle, then their neighbours do. Means of equal states are equal everywhere."""
    found = distinct_states(chain(*[0] * 20), "none", 4)
    assert [len(found.first), *(after(found, i) for i in range(4))] == [1, 3, 5, 7, 20]
    assert after(distinct_states(chain(*[0] * 20), "row", 4), 2) == 1


def test_states_are_shared_between_graphs(toy_batch):
    graphs = dense(toy_batch(200)[0])
    found, nodes = distinct_states(graphs, "row", 3), int(graphs.mask.sum())
    assert len(found.first) == 5
    assert len(found.first) < after(found, 0) < after(found, 1) < after(found, 2) == nodes
    assert len(found.means.starts) == 201


def test_where_nothing_repeats_the_same_sums_serve_all_that_follows():
    found = distinct_states(chain(0, 1, 2, 0), "row", 5)
    assert found.convolutions[2] is found.convolutions[3] is found.convolutions[4]


@pytest.mark.parametrize("normalisation", ["row", "symmetric", "none"])
def test_the_last_sums_are_the_aggregation(toy_batch, normalisation):
    """Sums over distinct states are ½A and ½Aᵀ times the states of all nodes."""
    graphs = dense(toy_batch(6)[0])
    found, half = distinct_states(graphs, normalisation, 1), 0.5 * aggregation(graphs, normalisation)
    for d, sums in enumerate(found.convolutions[0]):
        assert torch.allclose(sums(found.first), (half[:, d] @ graphs.x)[graphs.mask])


def test_one_node_is_a_graph():
    found = distinct_states(chain(1), "row", 2)
    assert after(found, 1) == 1
    assert found.means(torch.tensor([[3.0, 4.0]])).tolist() == [[3.0, 4.0]]
