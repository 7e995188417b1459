"""Scalars of a graph's structure, for any space: what a small training set cannot teach a network by itself."""

import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs import Graphs

FAR = 1e6  # stands for "no path" in max-plus and min-plus steps


def structure(graphs: Graphs) -> Tensor:
    """Returns float32 `[n, s]` that do not depend on the order of the nodes; columns that never vary are kept.

    By operation: how often, at which depths, degrees, paths through it, most and fewest on one
    path; by pair of operations: edges, two-edge walks, reachability; by graph: size, edges,
    number of paths by length. A path leads from a node without predecessors to one without successors.
    """
    x, A, real = graphs.x, graphs.adjacency.float(), graphs.mask.float()
    n = len(x)
    walks = _powers(A)  # [v, n, v, v], A⁰ … Aᵛ⁻¹
    source = real * (A.sum(1) == 0)  # [n, v]
    sink = real * (A.sum(2) == 0)
    into = torch.einsum("ni,knij->knj", source, walks)  # paths from a source to a node by length [v, n, v]
    out = torch.einsum("knij,nj->kni", walks, sink)
    lengths = torch.einsum("knj,nj->nk", into, sink)  # [n, v]
    total = lengths.sum(1, keepdim=True).clamp(min=1)
    through = into.sum(0) * out.sum(0) / total  # [n, v], share of the paths
    depth = _extreme(torch.ones_like(real), A, source)  # [n, v], nodes on the longest path to a node
    height = _extreme(torch.ones_like(real), A.transpose(1, 2), sink)
    reach = (walks[1:].sum(0) > 0).float()
    nodes = torch.stack((real, A.sum(1), A.sum(2), through, depth * real, height * real), 2)  # [n, v, 6]
    pairs = (A, walks[min(2, len(walks) - 1)], reach)
    parts = [
        torch.einsum("nvf,nvk->nfk", x, nodes).flatten(1),
        torch.einsum("nvf,nvd->nfd", x, _one_hot(depth, real)).flatten(1),
        *(torch.einsum("nif,nij,njg->nfg", x, M, x).flatten(1) for M in pairs),
        _on_one_path(x, A, source, sink),
        torch.log1p(lengths),
        torch.log1p(lengths.sum(1, keepdim=True)),
        (A.sum(1) * sink).sum(1, keepdim=True),
        (A.sum(2) * source).sum(1, keepdim=True),
        torch.stack((real.sum(1), A.sum((1, 2)), (depth * real).amax(1)), 1),
    ]
    return torch.cat([part.reshape(n, -1) for part in parts], 1)


def _powers(A: Tensor) -> Tensor:
    powers = [torch.eye(A.shape[1]).expand_as(A)]
    for _ in range(A.shape[1] - 1):
        powers.append(powers[-1] @ A)
    return torch.stack(powers)


def _extreme(weight: Tensor, A: Tensor, start: Tensor, sign: float = 1.0) -> Tensor:
    """Returns `[…, n, v]`: the largest (`sign` 1) or smallest (−1) sum of `weight` on a walk from `start` to each node.

    At most `v` steps, so that a cycle ends too; a node out of reach has 0.
    """
    best = torch.where(start > 0, sign * weight, -FAR)
    edge = torch.where(A > 0, 0.0, -FAR)
    for _ in range(A.shape[1] - 1):
        arriving = (best[..., :, None] + edge).amax(-2) + sign * weight
        best = torch.maximum(best, arriving)
    return torch.where(best > -FAR / 2, sign * best, 0.0)


def _on_one_path(x: Tensor, A: Tensor, source: Tensor, sink: Tensor) -> Tensor:
    """Returns `[n, 2f]`: the most and the fewest nodes of each operation on one path."""
    weight = x.permute(2, 0, 1)  # [f, n, v]
    start = source.expand_as(weight)
    most = (_extreme(weight, A, start) * sink).amax(2)
    fewest = torch.where(sink > 0, _extreme(weight, A, start, -1.0), FAR).amin(2)
    return torch.cat((most, torch.where(fewest < FAR / 2, fewest, 0.0))).T


def _one_hot(depth: Tensor, real: Tensor) -> Tensor:
    """Returns `[n, v, v + 1]`."""
    v = depth.shape[1]
    return (depth[:, :, None] == torch.arange(v + 1)).float() * real[:, :, None]
