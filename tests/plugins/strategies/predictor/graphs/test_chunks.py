"""Graphs are scored in chunks, the GCN's of similar ones, and nothing of it shows in what is predicted."""

from itertools import pairwise

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor.graphs import chunks as module
from nasplug_strategies.predictor.graphs.chunks import chunks_of
from nasplug_strategies.predictor.graphs.dense_graphs import dense
from nasplug_strategies.predictor.predictor import NeuralPredictor


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
