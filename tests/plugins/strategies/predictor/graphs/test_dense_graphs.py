"""Batches turned dense, and the aggregation matrices."""

import gc
import weakref
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nasplug_strategies.predictor.graphs import dense_graphs as module
from nasplug_strategies.predictor.graphs.dense_graphs import (
    Graphs,
    aggregation,
    chunks_of,
    concatenate,
    dense,
    permuted,
    seeded_orders,
)
from nasplug_strategies.predictor.graphs.distinct_states import distinct_states
from nasplug_strategies.predictor.graphs.structural_features import cached_structure
from nasplug_strategies.predictor.predictor import NeuralPredictor
from nasplug_strategies.predictor.settings import PredictorError


def test_dense_holds_what_the_batch_holds(toy_batch):
    batch, _ = toy_batch(30)
    graphs = dense(batch)
    for i, one in enumerate(batch.to_data_list()):
        assert torch.equal(graphs.x[i], one.x)
        edges = set(map(tuple, one.edge_index.T.tolist()))
        assert {(a, b) for a, b in graphs.adjacency[i].nonzero().tolist()} == edges
        assert graphs.mask[i].all()


def test_graphs_of_different_sizes_are_padded_and_self_loops_dropped():
    from torch_geometric.data import Batch, Data

    small = Data(x=torch.ones(1, 2), edge_index=torch.tensor([[0], [0]]))
    large = Data(x=torch.ones(3, 2), edge_index=torch.tensor([[0, 1], [2, 2]]))
    graphs = dense(Batch.from_data_list([small, large]))
    assert graphs.mask.tolist() == [[True, False, False], [True, True, True]]
    assert graphs.x.sum((1, 2)).tolist() == [2.0, 6.0]
    assert graphs.adjacency.sum((1, 2)).tolist() == [0, 2]
    assert len(concatenate([graphs, graphs[:1]])) == 3


def test_a_graph_without_nodes_is_refused():
    from torch_geometric.data import Batch, Data

    batch = Batch.from_data_list([Data(x=torch.ones(0, 2), edge_index=torch.zeros(2, 0, dtype=torch.long))])
    with pytest.raises(PredictorError, match="at least one node"):
        dense(batch)


def test_graphs_of_different_widths_do_not_mix():
    def one(width):
        return Graphs(torch.ones(1, 2, width), torch.zeros(1, 2, 2, dtype=torch.bool), torch.ones(1, 2).bool())

    with pytest.raises(PredictorError, match="one feature width"):
        concatenate([one(2), one(3)])


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.sampled_from(["row", "symmetric", "none"]))
def test_aggregation_has_self_loops_and_its_law(seed, normalisation):
    g = torch.Generator().manual_seed(seed)
    A = torch.rand(4, 5, 5, generator=g) < 0.4
    mask = torch.arange(5) < torch.randint(1, 6, (4, 1), generator=g)
    S = aggregation(Graphs(torch.zeros(4, 5, 1), A, mask), normalisation)
    real = (mask[:, :, None] & mask[:, None, :])[:, None]
    assert bool((S[~real.expand_as(S)] == 0).all())
    assert bool((S.diagonal(dim1=2, dim2=3)[mask[:, None].expand(4, 2, 5)] > 0).all())
    loops = (A | torch.eye(5).bool()).float() * real[:, 0]
    raw = torch.stack((loops, loops.mT), 1)
    if normalisation == "row":
        assert torch.allclose(S.sum(3)[mask[:, None].expand(4, 2, 5)], torch.ones(1))
    elif normalisation == "none":
        assert torch.equal(S, raw)
    else:
        rows, columns = raw.sum(3, keepdim=True).clamp(min=1), raw.sum(2, keepdim=True).clamp(min=1)
        assert torch.allclose(S, raw / rows.sqrt() / columns.sqrt())


def count_calls(method, key, times):
    """Returns the results of a cached function that returns how often it was called."""
    calls = []
    return [method(key, lambda: calls.append(1) or len(calls)) for _ in range(times)]


def test_what_is_cached_is_computed_once_a_key(toy_batch):
    graphs = dense(toy_batch(3)[0])
    assert count_calls(graphs.cached, "key", 3) == [1, 1, 1]
    assert count_calls(graphs.cached, "other", 1) == [1]
    assert count_calls(dense(toy_batch(3)[0]).cached, "key", 2) == [1, 1]


def test_what_is_asked_for_once_is_not_kept(toy_batch):
    assert count_calls(dense(toy_batch(3)[0]).cached_from_second_call, "key", 4) == [1, 2, 2, 2]


def test_what_is_computed_from_too_many_graphs_is_not_kept(toy_batch, monkeypatch):
    graphs = dense(toy_batch(12)[0])
    monkeypatch.setattr(module, "MOST_CACHED", 12)
    assert count_calls(graphs.cached, "twelve", 2) == [1, 1]
    monkeypatch.setattr(module, "MOST_CACHED", 11)
    assert count_calls(graphs.cached, "key", 3) == [1, 2, 3]
    assert count_calls(graphs.cached_from_second_call, "other", 3) == [1, 2, 3]


def test_graphs_are_freed_with_what_is_cached_on_them(toy_batch):
    graphs = dense(toy_batch(3)[0])
    graphs.cached("itself", lambda own=graphs: [own])
    alive = weakref.ref(graphs)
    del graphs
    gc.collect()
    assert alive() is None


@pytest.mark.parametrize(
    "compute",
    [lambda graphs: cached_structure(graphs, 5), lambda graphs: distinct_states(graphs, "row", 3)],
    ids=["structure", "states"],
)
def test_structure_and_states_are_cached_from_the_second_call_on(toy_batch, compute):
    graphs = dense(toy_batch(12)[0])
    once, twice, thrice = (compute(graphs) for _ in range(3))
    assert once is not twice is thrice


def test_states_are_cached_by_normalisation_and_depth(toy_batch):
    graphs = dense(toy_batch(12)[0])
    row, none, deep = (
        [distinct_states(graphs, *key) for _ in range(3)][-1] for key in [("row", 3), ("none", 3), ("row", 5)]
    )
    assert not torch.equal(row.convolutions[0][0].weights, none.convolutions[0][0].weights)
    assert (len(row.convolutions), len(deep.convolutions)) == (3, 5)


def test_permuted_nodes_keep_their_edges(toy_batch):
    """Whatever the order, as many nodes of each operation, and as many edges between each pair of operations."""
    graphs = dense(toy_batch(12)[0])
    seen = []

    def table(x, A):
        seen.append((x.sum(1), x.transpose(1, 2) @ A @ x, x))
        return x.flatten(1)

    for seed in (0, 1):
        permuted(graphs, table, seeded_orders(12, 5, seed))
    (counts, edges, x), (counts_again, edges_again, y) = seen
    assert torch.equal(counts, counts_again)
    assert torch.equal(edges, edges_again)
    assert not torch.equal(x, y)


@pytest.fixture
def few(monkeypatch):
    monkeypatch.setattr(module, "CHUNK_SIZE", 5)


@pytest.mark.parametrize("group_similar", [False, True])
def test_every_graph_is_in_one_chunk(few, group_similar, toy_batch):
    graphs = dense(toy_batch(12)[0])
    chunks = chunks_of(graphs, group_similar)
    assert [len(chunk[1]) for chunk in chunks] == [5, 5, 2]
    rows = torch.cat([chunk[0] for chunk in chunks])
    assert sorted(rows.tolist()) == list(range(12))
    assert torch.equal(torch.cat([chunk[1].adjacency for chunk in chunks]), graphs.adjacency[rows])
    assert group_similar or rows.tolist() == list(range(12))
    assert chunks_of(graphs, group_similar) is chunks


def test_graphs_with_equal_features_are_side_by_side(few, toy_batch):
    graphs = dense(toy_batch(12)[0])
    twice = graphs[[*range(12), *range(12)]]
    rows = torch.cat([chunk[0] for chunk in chunks_of(twice, group_similar=True)])
    kinds = [twice.x[row].flatten().tolist() for row in rows.tolist()]
    changes = sum(one != other for one, other in pairwise(kinds))
    assert changes == len({tuple(kind) for kind in kinds}) - 1


@pytest.mark.parametrize("preset", ["paper", "best"])
def test_a_prediction_is_the_same_in_chunks(preset, toy_batch, monkeypatch):
    batch, y = toy_batch(12)
    predictor = NeuralPredictor(preset, "gcn", epochs=3, size=8).fit(batch, y)
    whole = predictor.predict(batch)
    monkeypatch.setattr(module, "CHUNK_SIZE", 5)
    assert predictor.predict(batch) == pytest.approx(whole)
    assert len(np.unique(whole)) > 1
