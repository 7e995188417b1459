"""Graphs split into chunks, as many as are scored at a time."""

import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

CHUNK_SIZE = 1024  # graphs: large enough for the matrix products, small enough for the caches
Chunk = tuple[Tensor, Graphs]  # row numbers int64 [k] among all graphs, and the graphs


def chunks_of(graphs: Graphs, group_similar: bool) -> list[Chunk]:
    """Returns chunks of all graphs, in their order or, with `group_similar`, similar graphs side by side.

    Similar graphs have equal features and similar edges. Of such cells of NASBench-101 nearly one state in two repeats
    after two convolutions, of neighbours in the space's own order one in three. The chunks are cached on `graphs`.
    """
    return graphs.cached(("chunks", group_similar), lambda: _split(graphs, group_similar))


def _split(graphs: Graphs, group_similar: bool) -> list[Chunk]:
    if len(graphs) <= CHUNK_SIZE:
        return [(torch.arange(len(graphs)), graphs)]
    order = _by_similarity(graphs) if group_similar else torch.arange(len(graphs))
    return [(rows, graphs[rows]) for rows in torch.split(order, CHUNK_SIZE)]


def _by_similarity(graphs: Graphs) -> Tensor:
    """Returns row numbers `[n]`, sorted by a random projection of the features, then by the bits of the adjacency."""
    features, edges = graphs.x.flatten(1).double(), graphs.adjacency.flatten(1).double()
    weights = torch.randn(features.shape[1], dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    order = (edges @ 0.5 ** torch.arange(edges.shape[1], dtype=torch.float64)).argsort()
    return order[(features @ weights)[order].argsort(stable=True)]
