"""Batches turned dense, and the aggregation matrices."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nasplug_strategies.predictor.errors import PredictorError
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, aggregation, concatenate, dense


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
