"""Graphs in parts, as many as are scored at a time."""

import attrs
import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.graphs.memo import kept

CHUNK = 1024  # graphs: large enough for the GEMMs, small enough for the caches


@attrs.frozen(eq=False)
class Part:
    """Some of many graphs, and their places among them."""

    rows: Tensor  # int64 [k]
    graphs: Graphs


def parts_of(graphs: Graphs, alike: bool) -> list[Part]:
    """Returns all graphs, in their order or, with `alike`, those with equal features and similar edges side by side.

    Of cells of NASBench-101 that are alike, nearly one state in two repeats after two convolutions; of neighbours in
    the space's own order one in three. What is returned is kept as long as `graphs` lives, and what is made of it too.
    """
    return kept(graphs, ("parts", alike), lambda: _parts(graphs, alike))


def _parts(graphs: Graphs, alike: bool) -> list[Part]:
    if len(graphs) <= CHUNK:
        return [Part(torch.arange(len(graphs)), graphs)]
    order = _alike(graphs) if alike else torch.arange(len(graphs))
    return [Part(rows, graphs[rows]) for rows in torch.split(order, CHUNK)]


def _alike(graphs: Graphs) -> Tensor:
    """Returns places `[n]`, sorted by features, in an order that does not matter, then by the bits of the adjacency."""
    features, edges = graphs.x.flatten(1).double(), graphs.adjacency.flatten(1).double()
    weights = torch.randn(features.shape[1], dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    order = (edges @ 0.5 ** torch.arange(edges.shape[1], dtype=torch.float64)).argsort()
    return order[(features @ weights)[order].argsort(stable=True)]
