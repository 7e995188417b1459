"""Finds the node states that repeat, so that a graph convolution computes each of them once.

After one convolution, the state of a node depends only on its operation and those of its neighbours. Many nodes
therefore have equal states: among 1,024 neighbouring cells of NASBench-101, one state in 30 is distinct after the first
convolution, and two in three after the second. Each state is a weighted sum of a few states before the convolution.
"""

from typing import Self

import attrs
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, pad

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, aggregation
from nasplug_strategies.predictor.settings import Normalisation

MOST_DISTINCT = 0.9  # of the nodes: where more states differ, telling them apart costs more than it saves


@attrs.frozen(eq=False)
class WeightedSums:
    """`k` weighted sums of rows: sum `i` has `rows` and `weights` from `starts[i]` up to `starts[i + 1]`."""

    starts: Tensor  # int32 [k + 1]
    rows: Tensor  # int32 [entries]
    weights: Tensor  # float32 [entries]

    @classmethod
    def from_matrix(cls, weights: Tensor, rows: Tensor) -> Self:
        """Returns the sums of `rows` `[k, v]` with `weights` `[k, v]`, without rows of weight zero."""
        nonzero = weights != 0
        entries = nonzero.flatten().nonzero().flatten()
        rows, weights = (t.flatten().index_select(0, entries) for t in (rows, weights))
        return cls(pad(nonzero.sum(1), (1, 0)).cumsum(0).int(), rows.int(), weights)

    def __call__(self, table: Tensor) -> Tensor:
        """Returns the sums `[k, s]` of rows of `table` `[states, s]`."""
        return embedding_bag(
            self.rows, table, self.starts, mode="sum", per_sample_weights=self.weights, include_last_offset=True
        )

    def to(self, device: torch.device) -> Self:
        """Returns the same sums on `device`."""
        return type(self)(self.starts.to(device), self.rows.to(device), self.weights.to(device))


@attrs.frozen(eq=False)
class DistinctStates:
    """The states of `b` graphs before each convolution, as weighted sums of those before."""

    first: Tensor  # [states, f], features of the distinct nodes
    convolutions: tuple[tuple[WeightedSums, WeightedSums], ...]  # with weights ½A and ½Aᵀ
    means: WeightedSums  # [b], of the last states

    def to(self, device: torch.device) -> "DistinctStates":
        """Returns the same on `device`."""
        convolutions = tuple((forth.to(device), back.to(device)) for forth, back in self.convolutions)
        return DistinctStates(self.first.to(device), convolutions, self.means.to(device))


def distinct_states(graphs: Graphs, normalisation: Normalisation, layers: int) -> DistinctStates:
    """Returns the distinct states of `graphs` before each of the convolutions; cached from the second call on."""
    key = ("states", normalisation, layers)
    return graphs.cached_from_second_call(key, lambda: _distinct_states(Nodes(graphs, normalisation), layers))


def _distinct_states(nodes: "Nodes", layers: int) -> DistinctStates:
    """Returns the states of these nodes; after the last convolution each node has a state of its own."""
    first_nodes, state = distinct_rows(nodes.x)
    first, convolutions = nodes.x[first_nodes], []
    for left in reversed(range(layers)):
        if state is nodes.every:  # no state repeats any more: each convolution sums the same
            break
        before, (representatives, state) = state, nodes.next_states(state) if left else (nodes.every, nodes.every)
        convolutions.append(nodes.sums(representatives, before))
    if rest := layers - len(convolutions):
        convolutions += [nodes.sums(nodes.every, nodes.every)] * rest
    return DistinctStates(first, tuple(convolutions), nodes.means())


class Nodes:
    """The real nodes of graphs, numbered in their order by `every` `[nodes]`."""

    def __init__(self, graphs: Graphs, normalisation: Normalisation) -> None:
        self.mask, n = graphs.mask, int(graphs.mask.sum())
        self.place = graphs.mask.flatten().nonzero().flatten()  # [nodes], among all places, padding included
        self.graph = self.place // graphs.mask.shape[1]  # [nodes]
        self.every, self.x = torch.arange(n), graphs.x.flatten(0, 1)[self.place]
        self.A = 0.5 * aggregation(graphs, normalisation)  # [b, 2, v, v]

    def next_states(self, state: Tensor) -> tuple[Tensor, Tensor]:
        """Returns `distinct_rows` of the states a convolution after `state` `[nodes]`; `every` twice if most differ."""
        values = self._padded(_random(int(state.max()) + 1, seed=1)[state])  # [b, v]
        sums = torch.matmul(self.A.double(), values[:, None, :, None]).squeeze(3)  # [b, 2, v]
        representatives, after = distinct_rows(sums.mT.flatten(0, 1).index_select(0, self.place))
        if len(representatives) > MOST_DISTINCT * len(after):
            return self.every, self.every
        return representatives, after

    def sums(self, nodes: Tensor, state: Tensor) -> tuple[WeightedSums, WeightedSums]:
        """Returns the sums, in both directions, of the states numbered `state` `[nodes]` around some `nodes`."""
        neighbours = self._padded(state).index_select(0, self.graph[nodes])  # [k, v]
        forth, back = (A.flatten(0, 1).index_select(0, self.place[nodes]) for A in self.A.unbind(1))
        return WeightedSums.from_matrix(forth, neighbours), WeightedSums.from_matrix(back, neighbours)

    def means(self) -> WeightedSums:
        """Returns the sums of all states into the mean of each graph."""
        return WeightedSums.from_matrix(self.mask / self.mask.sum(1, keepdim=True), self._padded(self.every))

    def _padded(self, values: Tensor) -> Tensor:
        """Returns `[b, v]`: a value of every node, 0 for padding."""
        return values.new_zeros(self.mask.shape).masked_scatter_(self.mask, values)


def distinct_rows(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Returns the place of one row of each distinct value `[k]`, and the number of its value for each row `[n]`.

    Rows `[n, s]` are compared by a random projection to float64: rows that differ are taken for equal ones with
    probability 2⁻⁵⁰.
    """
    values, number = torch.unique(rows.double() @ _random(rows.shape[1], seed=0), return_inverse=True)
    return torch.empty(len(values), dtype=torch.int64).scatter_(0, number, torch.arange(len(rows))), number


def _random(n: int, seed: int) -> Tensor:
    return torch.randn(n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
