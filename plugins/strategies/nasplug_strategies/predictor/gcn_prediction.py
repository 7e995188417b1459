"""Scores of many graphs by a graph convolutional network: node states that repeat are computed once.

After one convolution a state depends on the operations of a node and of its neighbours only: among 256 neighbouring
cells of NASBench-101 a tenth of them differ. The second convolution's products with weights, half of the whole work
with three convolutions, are therefore made of those alone, before they are aggregated.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nasplug_strategies.predictor.gcn import GCN, added


def scores(network: GCN, inputs: Sequence[Tensor]) -> Tensor:
    """Returns `[m, b]`, as `network.forward` does, from the `inputs` of `b` graphs for all members."""
    U, *others = inputs
    m, rows = len(network.bias[0]), U.flatten(0, 1)  # [b·v, 2, f]
    A, *rest = [t.expand(m, *t.shape) for t in others]
    first, state = distinct(rows.flatten(1))
    few = network.convolved(0, rows[first].expand(m, -1, -1, -1))  # [m, states, size]
    if len(network.convolutions) == 1:
        return network.scores(few[:, state], rest, [])
    return network.scores(network.deeper(_second(network, few, state, A), A, 2), rest, [])


def _second(network: GCN, few: Tensor, state: Tensor, A: Tensor) -> Tensor:
    """Returns 2V `[m, b·v, size]` after the second convolution, its products made before its aggregations."""
    m, b, _, v = A.shape
    directions = A.reshape(m * b, v, 2, v).unbind(2)
    products = [torch.bmm(few, W).index_select(1, state).view(m * b, v, -1) for W in network.convolutions[1]]
    return added(*map(torch.bmm, directions, products)).view(m, b * v, -1)


def distinct(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Returns a row of each kind `[k]` and the kind of every row `[n]`, where equal rows of `[n, s]` are of a kind.

    Rows are told apart by a random projection to float64: rows that differ have equal ones with probability 2⁻⁵⁰.
    """
    g = torch.Generator().manual_seed(0)
    weights = torch.randn(rows.shape[1], dtype=torch.float64, generator=g).to(rows.device)
    kinds, kind = torch.unique(rows.double() @ weights, return_inverse=True)
    first = torch.empty(len(kinds), dtype=torch.int64, device=rows.device)
    return first.scatter_(0, kind, torch.arange(len(rows), device=rows.device)), kind
