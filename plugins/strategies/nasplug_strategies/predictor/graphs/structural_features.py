"""Scalars of a graph's structure, for any space: what a small training set cannot teach a network by itself.

A path leads from a source (no predecessor) to a sink (no successor). In a graph with cycles, walks of at least `v` − 1
steps stand for paths, where `v` is the padded number of nodes. No scalar exceeds `LARGE`: dense graphs have more paths
than float32 counts.
"""

from collections.abc import Iterator

import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

NO_PATH = 1e6  # nodes; stands for a path that does not exist, where the longest or shortest is computed
LARGE = 1e15  # its square, which a deviation needs, is still a float32
Blocks = dict[str, Tensor]


def cached_structure(graphs: Graphs, steps: int) -> Blocks:
    """Returns `structure(graphs, steps)`, cached from the second call on: it takes as long as a fit or a prediction."""
    return graphs.cached_from_second_call(("structure", steps), lambda: structure(graphs, steps))


def structure(graphs: Graphs, steps: int) -> Blocks:
    """Returns named blocks of scalars, float32 `[n, …]`, that do not depend on the order of the nodes.

    ============ ================ =====================================================================
    count        `[n, f]`         nodes of each operation
    in_degrees   `[n, f]`         sum of the in-degrees of these nodes
    depth        `[n, f·(s + 1)]` nodes of each operation by the nodes on the longest path to them
    on_one_path  `[n, 2f]`        the most and the fewest nodes of each operation on one path
    width        `[n, f]`         logarithm of the summed squared widths (see `_width`) of these nodes
    edges, walks `[n, f·f]`       edges, and walks of two edges, by the operations at both ends
    lengths      `[n, s]`         logarithm of 1 + the number of paths, by length
    degrees      `[n, 2]`         in-degrees of the sinks, out-degrees of the sources
    size         `[n, 3]`         nodes, edges, and nodes on the longest path
    path_…       see `_seen_by`   what three Markov chains see; so with forward_… and backward_…
    ============ ================ =====================================================================

    Args:
        graphs: `n` graphs with `f` operations.
        steps: `s`; longer paths, and deeper nodes, have no columns of their own. A predictor always gives the number of
            nodes of the largest graph in its fit, so that larger graphs have the same columns.
    """
    x, A, real = graphs.x, graphs.adjacency.float(), graphs.mask.float()
    source, sink = real * (A.sum(1) == 0), real * (A.sum(2) == 0)  # [n, v]
    depth = _extreme(torch.ones_like(real), A, source)  # [n, v], nodes on the longest path to a node
    local = local_structure(graphs)
    blocks = {
        "count": local["count"],
        "in_degrees": torch.einsum("nvf,nv->nf", x, A.sum(1)),
        "depth": torch.einsum("nvf,nvd->nfd", x, _one_hot(depth, real, steps)).flatten(1),
        "on_one_path": _on_one_path(x, A, source, sink),
        "width": torch.log(torch.einsum("nv,nvf->nf", _width(A, sink).square(), x) + 0.01),
        "edges": local["edges"],
        "walks": local["walks"],
        "lengths": torch.log1p(_lengths(A, source, sink, steps)),
        "degrees": torch.stack(((A.sum(1) * sink).sum(1), (A.sum(2) * source).sum(1)), 1),
        "size": torch.stack((real.sum(1), A.sum((1, 2)), (depth * real).amax(1)), 1),
    }
    for name, T, start, end in _chains(A, source, sink):
        blocks |= _seen_by(name, T, start, end, x, steps)
    return {name: block.nan_to_num(0.0, LARGE, -LARGE).clamp_(-LARGE, LARGE) for name, block in blocks.items()}


def local_structure(graphs: Graphs) -> Blocks:
    """Returns the blocks `count`, `edges` and `walks` of `structure`, which take a small part of its time."""
    x, A = graphs.x, graphs.adjacency.float()
    return {"count": x.sum(1), "edges": _pairs(A, x), "walks": _pairs(A @ A, x)}


def _chains(A: Tensor, source: Tensor, sink: Tensor) -> Iterator[tuple[str, Tensor, Tensor, Tensor]]:
    """Yields name, transitions `[n, v, v]`, start `[n, v]` and end `[n, v]` of three Markov chains on a graph.

    `path`: every path is equally likely. `forward`: every successor is. `backward`: from the sinks,
    every predecessor is, so that a node is visited as often as its share in a concatenation.
    """
    out = torch.einsum("nij,nj->ni", _walks(A), sink)  # paths from each node
    yield "path", A * out[:, None, :] / out[:, :, None].clamp(min=1), _share(source * out), sink
    yield "forward", A / A.sum(2, keepdim=True).clamp(min=1), _share(source), sink
    yield "backward", (A / A.sum(1, keepdim=True).clamp(min=1)).transpose(1, 2), _share(sink), source


def _seen_by(name: str, T: Tensor, start: Tensor, end: Tensor, x: Tensor, steps: int) -> Blocks:
    """Returns what a chain sees.

    That is the expected visits of each operation `[n, f]`, of each edge and of each ordered pair of nodes on a walk, by
    the operations at both ends `[n, f·f]`, and the distribution of the walks' lengths `[n, steps]`.
    """
    G = _walks(T)  # [n, v, v], expected visits of j from i
    visits = torch.einsum("ni,nij->nj", start, G)  # [n, v]
    later = G - torch.eye(G.shape[1])
    return {
        f"{name}_visits": torch.einsum("nv,nvf->nf", visits, x),
        f"{name}_steps": _pairs(visits[:, :, None] * T, x),
        f"{name}_pairs": _pairs(visits[:, :, None] * later, x),
        f"{name}_length": _lengths(T, start, end, steps),
    }


def _walks(T: Tensor) -> Tensor:
    """Returns I + T + T² + … up to at least `v` − 1 steps, by doubling."""
    total, power, steps = torch.eye(T.shape[1]) + T, T @ T, 2
    while steps < T.shape[1]:
        total, power, steps = total + total @ power, power @ power, 2 * steps
    return total


def _pairs(M: Tensor, x: Tensor) -> Tensor:
    """Returns `[n, f·f]`: the entries of `M` `[n, v, v]` summed by the operations at both ends."""
    return (x.transpose(1, 2) @ M @ x).flatten(1)


def _lengths(T: Tensor, start: Tensor, end: Tensor, steps: int) -> Tensor:
    """Returns `[n, steps]`: the weight of walks from `start` to `end` by their number of steps, from 0."""
    weights, position = [], start
    for _ in range(steps):
        weights.append((position * end).sum(1))
        position = torch.einsum("ni,nij->nj", position, T)
    return torch.stack(weights, 1)


def _width(A: Tensor, sink: Tensor) -> Tensor:
    """Returns `[n, v]`: the width of each node where sinks concatenate and all others add; a sink has 1."""
    passed = torch.where(sink > 0, 1.0 / A.sum(1).clamp(min=1), 1.0)  # to each predecessor, of its own width
    width = sink
    for _ in range(A.shape[1] - 1):
        width = torch.maximum(width, (A * (width * passed)[:, None, :]).amax(2))
    return width


def _extreme(weight: Tensor, A: Tensor, start: Tensor, sign: float = 1.0) -> Tensor:
    """Returns `[…, n, v]`: the largest (`sign` 1) or smallest (−1) sum of `weight` on a walk from `start` to a node.

    A node out of reach has 0 for the largest, `NO_PATH` for the smallest. Where all edges lead from a node to a later
    one, nodes are seen once, in their order; else all of them, until walks of `v` − 1 steps have been.
    """
    best, weight = torch.where(start > 0, sign * weight, -NO_PATH), sign * weight
    closed = torch.where(A > 0, 0.0, -NO_PATH)
    if not A.tril().any():
        for j in range(1, A.shape[1]):
            step = (best[..., :j] + closed[:, :j, j]).amax(-1) + weight[..., j]
            best[..., j] = torch.maximum(best[..., j], step)
    else:
        for _ in range(A.shape[1] - 1):
            best = torch.maximum(best, (best[..., :, None] + closed).amax(-2) + weight)
    return torch.where(best > -NO_PATH / 2, sign * best, 0.0 if sign > 0 else NO_PATH)


def _on_one_path(x: Tensor, A: Tensor, source: Tensor, sink: Tensor) -> Tensor:
    """Returns `[n, 2f]`: the most and the fewest nodes of each operation on one path; 0 without a path."""
    weight = x.permute(2, 0, 1)  # [f, n, v]
    most = (_extreme(weight, A, source.expand_as(weight)) * sink).amax(2)
    fewest = torch.where(sink > 0, _extreme(weight, A, source.expand_as(weight), -1.0), NO_PATH).amin(2)
    return torch.cat((most, torch.where(fewest < NO_PATH / 2, fewest, 0.0))).T


def _one_hot(depth: Tensor, real: Tensor, steps: int) -> Tensor:
    """Returns `[n, v, steps + 1]`: 1 at the `depth` `[n, v]` of each real node, 0 elsewhere."""
    return (depth[:, :, None] == torch.arange(steps + 1)).float() * real[:, :, None]


def _share(weight: Tensor) -> Tensor:
    return weight / weight.sum(1, keepdim=True).clamp(min=1e-9)
