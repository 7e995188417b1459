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


def after(states, layer):
    """How many states there are after a convolution."""
    return len(states.convolutions[layer][0].starts) - 1


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
    states = distinct_states(chain(*[0] * 20), "none", 4)
    assert [len(states.first), *(after(states, i) for i in range(4))] == [1, 3, 5, 7, 20]
    assert after(distinct_states(chain(*[0] * 20), "row", 4), 2) == 1


def test_states_are_shared_between_graphs(toy_batch):
    graphs = dense(toy_batch(200)[0])
    states, nodes = distinct_states(graphs, "row", 3), int(graphs.mask.sum())
    assert len(states.first) == 5
    assert len(states.first) < after(states, 0) < after(states, 1) < after(states, 2) == nodes
    assert len(states.means.starts) == 201


def test_where_nothing_repeats_the_same_sums_serve_all_that_follows():
    states = distinct_states(chain(0, 1, 2, 0), "row", 5)
    assert states.convolutions[2] is states.convolutions[3] is states.convolutions[4]


@pytest.mark.parametrize("normalisation", ["row", "symmetric", "none"])
def test_the_last_sums_are_the_aggregation(toy_batch, normalisation):
    """Sums over distinct states are ½A and ½Aᵀ times the states of all nodes."""
    graphs = dense(toy_batch(6)[0])
    states, half = distinct_states(graphs, normalisation, 1), 0.5 * aggregation(graphs, normalisation)
    for d, sums in enumerate(states.convolutions[0]):
        assert torch.allclose(sums(states.first), (half[:, d] @ graphs.x)[graphs.mask])


def test_one_node_is_a_graph():
    states = distinct_states(chain(1), "row", 2)
    assert after(states, 1) == 1
    assert states.means(torch.tensor([[3.0, 4.0]])).tolist() == [[3.0, 4.0]]
