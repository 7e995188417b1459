"""Which node states of graphs repeat: a graph convolution makes each of them once.

After one convolution a state depends on the operations of a node and of its neighbours only, after two on those of
the neighbours' neighbours too: among 1,024 neighbouring cells of NASBench-101 one state in 30 differs after the first
and two in three after the second. What is summed for each is a short list of earlier states, with weights.
"""

from typing import Self

import attrs
import torch
from torch import Tensor
from torch.nn.functional import embedding_bag, pad

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, aggregation
from nasplug_strategies.predictor.graphs.memo import remembered
from nasplug_strategies.predictor.settings import Normalisation

HARDLY = 0.9  # of the nodes: where more states differ, telling them apart costs more than it saves


@attrs.frozen(eq=False)
class Sums:
    """`k` weighted sums of rows: sum `i` takes `rows` and `weights` from `starts[i]` up to `starts[i + 1]`."""

    starts: Tensor  # int32 [k + 1]
    rows: Tensor  # int32 [entries]
    weights: Tensor  # float32 [entries]

    @classmethod
    def of(cls, weights: Tensor, rows: Tensor) -> Self:
        """Returns the sums of `rows` `[k, v]` with `weights` `[k, v]`, without those that weigh nothing."""
        weighed = weights != 0
        entries = weighed.flatten().nonzero().flatten()
        rows, weights = (t.flatten().index_select(0, entries) for t in (rows, weights))
        return cls(pad(weighed.sum(1), (1, 0)).cumsum(0).int(), rows.int(), weights)

    def __call__(self, table: Tensor) -> Tensor:
        """Returns the sums `[k, s]` of rows of `table` `[states, s]`."""
        return embedding_bag(
            self.rows, table, self.starts, mode="sum", per_sample_weights=self.weights, include_last_offset=True
        )

    def to(self, device: torch.device) -> Self:
        """Returns the same sums on `device`."""
        return type(self)(self.starts.to(device), self.rows.to(device), self.weights.to(device))


@attrs.frozen(eq=False)
class States:
    """What `layers` convolutions make of `b` graphs: first states, sums into the states after each, sums into means."""

    first: Tensor  # [states, f]
    convolutions: tuple[tuple[Sums, Sums], ...]  # ½A and ½Aᵀ
    means: Sums  # [b]

    def to(self, device: torch.device) -> "States":
        """Returns the same on `device`."""
        convolutions = tuple((forth.to(device), back.to(device)) for forth, back in self.convolutions)
        return States(self.first.to(device), convolutions, self.means.to(device))


def states_of(graphs: Graphs, normalisation: Normalisation, layers: int) -> States:
    """Returns the states of all `graphs`; what is asked for a second time is kept as long as `graphs` lives."""
    return remembered(graphs, ("states", normalisation, layers), lambda: states(graphs, normalisation, layers))


def states(graphs: Graphs, normalisation: Normalisation, layers: int) -> States:
    """Returns the states of all `graphs` after each of `layers` convolutions, at least one; after the last all."""
    nodes = Nodes(graphs, normalisation)
    some, kind = distinct(nodes.x)
    first, convolutions = nodes.x[some], []
    for left in reversed(range(layers)):
        if kind is nodes.every:  # from here on each convolution sums the same
            break
        before, (some, kind) = kind, nodes.kinds(kind) if left else (nodes.every, nodes.every)
        convolutions.append(nodes.sums(some, before))
    if rest := layers - len(convolutions):
        convolutions += [nodes.sums(nodes.every, nodes.every)] * rest
    return States(first, tuple(convolutions), nodes.means())


class Nodes:
    """The real nodes of graphs, in their order: `every` `[nodes]` counts them."""

    def __init__(self, graphs: Graphs, normalisation: Normalisation) -> None:
        self.mask, n = graphs.mask, int(graphs.mask.sum())
        self.place = graphs.mask.flatten().nonzero().flatten()  # [nodes], among all places
        self.graph = self.place // graphs.mask.shape[1]  # [nodes]
        self.every, self.x = torch.arange(n), graphs.x.flatten(0, 1)[self.place]
        self.A = 0.5 * aggregation(graphs, normalisation)  # [b, 2, v, v]

    def kinds(self, before: Tensor) -> tuple[Tensor, Tensor]:
        """Returns what `distinct` does of the states that sum those of the kinds `before` `[nodes]`."""
        known = self._padded(_random(int(before.max()) + 1, seed=1)[before])  # [b, v]
        seen = torch.matmul(self.A.double(), known[:, None, :, None]).squeeze(3)  # [b, 2, v]
        some, kind = distinct(seen.mT.flatten(0, 1).index_select(0, self.place))
        return (some, kind) if len(some) <= HARDLY * len(kind) else (self.every, self.every)

    def sums(self, some: Tensor, kind: Tensor) -> tuple[Sums, Sums]:
        """Returns the sums, in both directions, of states of each `kind` `[nodes]` into those of `some` nodes."""
        near = self._padded(kind).index_select(0, self.graph[some])  # [some, v]
        place = self.place[some]
        forth, back = (A.flatten(0, 1).index_select(0, place) for A in self.A.unbind(1))
        return Sums.of(forth, near), Sums.of(back, near)

    def means(self) -> Sums:
        """Returns the sums of all states into the mean of each graph."""
        return Sums.of(self.mask / self.mask.sum(1, keepdim=True), self._padded(self.every))

    def _padded(self, values: Tensor) -> Tensor:
        """Returns `[b, v]`: a value of every node, 0 for padding."""
        return values.new_zeros(self.mask.shape).masked_scatter_(self.mask, values)


def distinct(rows: Tensor) -> tuple[Tensor, Tensor]:
    """Returns a row of each kind `[k]` and the kind of every row `[n]`, where equal rows of `[n, s]` are of a kind.

    Rows are told apart by a random projection to float64: rows that differ have equal ones with probability 2⁻⁵⁰.
    """
    kinds, kind = torch.unique(rows.double() @ _random(rows.shape[1], seed=0), return_inverse=True)
    return torch.empty(len(kinds), dtype=torch.int64).scatter_(0, kind, torch.arange(len(rows))), kind


def _random(n: int, seed: int) -> Tensor:
    return torch.randn(n, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))
