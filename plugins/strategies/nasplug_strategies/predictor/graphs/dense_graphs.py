"""Small graphs turned dense: what a `torch_geometric` batch becomes before a predictor reads it."""

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

import attrs
import torch
from torch import Tensor
from torch.nn.functional import pad

from nasplug_strategies.predictor.settings import Normalisation, PredictorError

CPU = torch.device("cpu")
CHUNK_SIZE = 1024  # graphs scored at a time: large enough for the matrix products, small enough for the caches
MOST_CACHED = 500_000  # graphs; the scalars of a NASBench-101 cell take 1.3 kB, those of all cells 0.6 GB
EMPTY = "wanted a batch of graphs with at least one node each, got one without"
T = TypeVar("T")


@attrs.frozen(eq=False)
class Graphs:
    """`n` graphs of at most `v` nodes with `f` features a node, zero-padded.

    A search ranks the same candidates after every fit, so what is computed from graphs may be cached on them.
    """

    x: Tensor  # float32 [n, v, f]
    adjacency: Tensor  # bool [n, v, v]; [:, i, j] = edge i → j, without self-loops
    mask: Tensor  # bool [n, v], true for real nodes
    _cache: dict[Hashable, Any] = attrs.field(factory=dict, init=False, repr=False)

    def __len__(self) -> int:
        return self.x.shape[0]

    def __getitem__(self, rows: Tensor | slice | Sequence[int]) -> "Graphs":
        """Returns the graphs at `rows` (a slice, indices or a mask)."""
        return Graphs(self.x[rows], self.adjacency[rows], self.mask[rows])

    def to(self, device: torch.device) -> "Graphs":
        """Returns the same graphs on `device`."""
        return Graphs(self.x.to(device), self.adjacency.to(device), self.mask.to(device))

    def cached(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Returns `compute()`, which is called once for a `key`, or every time for more than `MOST_CACHED` graphs."""
        if self._cache.get(key) is None:
            value = compute()
            self._cache[key] = value if len(self) <= MOST_CACHED else None
            return value
        return self._cache[key]  # type: ignore[no-any-return]

    def cached_from_second_call(self, key: Hashable, compute: Callable[[], T]) -> T:
        """Returns `compute()`, as `cached` does, but keeps no value that is asked for once only."""
        if key in self._cache:
            return self.cached(key, compute)
        self._cache[key] = None
        return compute()


def dense(batch: Any) -> Graphs:
    """Returns a `torch_geometric` batch of any device, or `Graphs`, as `Graphs` on the CPU without self-loops.

    Raises `PredictorError` where the batch is empty, a graph has no node, or a feature of a node is not finite.
    """
    if isinstance(batch, Graphs):
        if not len(batch):
            raise PredictorError(EMPTY)
        return batch if batch.x.device == CPU else batch.to(CPU)
    x, (source, target), owner = _tensors(batch)
    n = int(batch.num_graphs)
    count = torch.bincount(owner, minlength=n)
    if n == 0 or int(count.min()) == 0:
        raise PredictorError(EMPTY)
    first = torch.cumsum(count, 0) - count  # [n], number of the first node of each graph
    place = torch.arange(len(owner)) - first[owner]  # [nodes], position inside the graph
    v = int(count.max())
    rows = torch.zeros(n, v, x.shape[1], dtype=torch.float32)
    rows[owner, place] = x
    adjacency = torch.zeros(n, v, v, dtype=torch.bool)
    adjacency[owner[source], place[source], place[target]] = True
    adjacency.diagonal(dim1=1, dim2=2).zero_()
    return Graphs(rows, adjacency, torch.arange(v) < count[:, None])


def _tensors(batch: Any) -> tuple[Tensor, Tensor, Tensor]:
    """Returns features float32 `[nodes, f]`, edges `[2, edges]` and graph `[nodes]` of a batch, on the CPU."""
    x, edges, owner = (getattr(batch, name, None) for name in ("x", "edge_index", "batch"))
    if not (isinstance(x, Tensor) and isinstance(edges, Tensor) and isinstance(owner, Tensor)):
        raise PredictorError(
            "wanted a torch_geometric Batch of graphs with x and edge_index (Batch.from_data_list([…])), "
            f"got {type(batch).__name__} without {'batch' if owner is None else 'edge_index' if edges is None else 'x'}"
        )
    x, edges, owner = x.cpu().float(), edges.cpu(), owner.cpu()
    if x.ndim != 2 or edges.ndim != 2 or len(edges) != 2:
        raise PredictorError(f"wanted x [nodes, f] and edge_index [2, edges], got {[*x.shape]} and {[*edges.shape]}")
    if edges.numel() and not 0 <= int(edges.min()) <= int(edges.max()) < len(x):
        raise PredictorError(f"wanted edges between nodes 0 to {len(x) - 1}, got {edges.min()} to {edges.max()}")
    if len(bad := owner[~torch.isfinite(x).all(1)]):
        raise PredictorError(f"wanted finite features of every node, graph {int(bad[0])} has others")
    if (owner[edges[0]] != owner[edges[1]]).any():
        raise PredictorError("wanted edges between nodes of one graph, got one from a graph to another")
    return x, edges, owner


def aggregation(graphs: Graphs, normalisation: Normalisation) -> Tensor:
    """Returns float32 `[n, 2, v, v]`: A and Aᵀ with self-loops, normalised, rows and columns of padding zero.

    `row` divides by row sums, `symmetric` by √(row sum · column sum), each direction by its own; `none` leaves ones.
    """
    real = graphs.mask[:, :, None] & graphs.mask[:, None, :]  # [n, v, v]
    loops = torch.eye(graphs.mask.shape[1], dtype=torch.bool, device=graphs.mask.device)
    A = ((graphs.adjacency | loops) & real).float()
    A = torch.stack((A, A.transpose(1, 2)), 1)  # [n, 2, v, v]
    if normalisation == "none":
        return A
    row = A.sum(3, keepdim=True).clamp(min=1)  # [n, 2, v, 1]
    if normalisation == "row":
        return A / row
    return A / (row * A.sum(2, keepdim=True).clamp(min=1)).sqrt()


def padded(graphs: Graphs, nodes: int) -> Graphs:
    """Returns the graphs with room for at least `nodes` nodes; the same object where they have it."""
    more = nodes - graphs.x.shape[1]
    if more <= 0:
        return graphs
    x, A, mask = graphs.x, graphs.adjacency, graphs.mask
    return Graphs(pad(x, (0, 0, 0, more)), pad(A, (0, more, 0, more)), pad(mask, (0, more)))


def concatenate(parts: Sequence[Graphs]) -> Graphs:
    """Returns all graphs in one, padded to the largest. Raises `PredictorError` where their widths differ."""
    if len({part.x.shape[2] for part in parts}) != 1:
        raise PredictorError(f"wanted graphs of one feature width, got {sorted({p.x.shape[2] for p in parts})}")
    parts = [padded(part, max(part.x.shape[1] for part in parts)) for part in parts]
    tensors = zip(*((part.x, part.adjacency, part.mask) for part in parts), strict=True)
    return Graphs(*map(torch.cat, tensors))


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


@attrs.frozen(eq=False)
class NodeOrders:
    """A random order of the `v` nodes, padding included, of each of `n` graphs, as indices into flat tensors."""

    rows: Tensor  # int64 [n·v], into the nodes of all graphs
    entries: Tensor  # int64 [n, v·v], into each graph's own adjacency matrix

    @classmethod
    def draw(cls, n: int, v: int, generator: torch.Generator) -> "NodeOrders":
        """Returns orders from `generator`."""
        order = torch.rand(n, v, generator=generator).argsort(1)  # [n, v]
        entries = v * order[:, :, None] + order[:, None, :]  # [n, v, v]
        return cls((order + v * torch.arange(n)[:, None]).flatten(), entries.flatten(1))


@lru_cache(maxsize=4)
def seeded_orders(n: int, v: int, seed: int) -> NodeOrders:
    """Returns the orders of a seed. The chunks of a prediction share them: drawing takes as long as permuting."""
    return NodeOrders.draw(n, v, torch.Generator().manual_seed(seed))


def permuted(graphs: Graphs, table: Callable[[Tensor, Tensor], Tensor], orders: NodeOrders) -> Tensor:
    """Returns `table(x, A)` of the graphs' features `[n, v, f]` and adjacency `[n, v, v]`, nodes in these orders."""
    x, A = graphs.x, graphs.adjacency.float()
    A = A.flatten(1).gather(1, orders.entries.to(x.device)).view_as(A)
    return table(x.flatten(0, 1).index_select(0, orders.rows.to(x.device)).view_as(x), A)
