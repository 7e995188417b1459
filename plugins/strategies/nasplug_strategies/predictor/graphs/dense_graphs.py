"""Small graphs turned dense: what a `torch_geometric` batch becomes before a predictor sees it."""

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import attrs
import torch
from torch import Tensor
from torch.nn.functional import pad

from nasplug_strategies.predictor.errors import PredictorError
from nasplug_strategies.predictor.settings import Normalisation

CPU = torch.device("cpu")
Table = Callable[[Tensor, Tensor], Tensor]  # operations `[n, v, f]` and adjacency `[n, v, v]` to `[n, width]`
EMPTY = "wanted a batch of graphs with at least one node each, got one without"


@attrs.frozen(eq=False)
class Graphs:
    """`n` graphs of at most `v` nodes with `f` features a node, zero-padded.

    `x` float32 `[n, v, f]`; `adjacency` bool `[n, v, v]`, `[:, i, j]` = edge i → j, without
    self-loops; `mask` bool `[n, v]`, true for real nodes.
    """

    x: Tensor
    adjacency: Tensor
    mask: Tensor

    def __len__(self) -> int:
        return self.x.shape[0]

    def __getitem__(self, rows: Tensor | slice | Sequence[int]) -> "Graphs":
        """Returns the graphs at `rows` (a slice, indices or a mask)."""
        return Graphs(self.x[rows], self.adjacency[rows], self.mask[rows])

    def to(self, device: torch.device) -> "Graphs":
        """Returns the same graphs on `device`."""
        return Graphs(self.x.to(device), self.adjacency.to(device), self.mask.to(device))


def dense(batch: Any) -> Graphs:
    """Returns a `torch_geometric` batch of any device as `Graphs` on the CPU; self-loops in it are dropped.

    Raises `PredictorError` where the batch is empty, a graph has no node, or a feature of a node is not finite;
    `Graphs`, which it returns as they are, were checked when they were made.
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
        raise PredictorError(
            f"wanted edges between nodes 0 to {len(x) - 1}, got {int(edges.min())} to {int(edges.max())}"
        )
    if len(bad := owner[~torch.isfinite(x).all(1)]):
        raise PredictorError(f"wanted finite features of every node, graph {int(bad[0])} has others")
    if (owner[edges[0]] != owner[edges[1]]).any():
        raise PredictorError("wanted edges between nodes of one graph, got one from a graph to another")
    return x, edges, owner


def aggregation(graphs: Graphs, normalisation: Normalisation) -> Tensor:
    """Returns float32 `[n, 2, v, v]`: A and Aᵀ with self-loops, normalised, rows and columns of padding zero.

    `row` divides each direction by its own row sums, `symmetric` by √(row sum · column sum),
    `none` leaves ones.
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
    return Graphs(
        torch.cat([part.x for part in parts]),
        torch.cat([part.adjacency for part in parts]),
        torch.cat([part.mask for part in parts]),
    )


@attrs.frozen(eq=False)
class Orders:
    """A random order of the `v` nodes of each of `n` graphs, padding among them: places in what is flat."""

    rows: Tensor  # int64 [n · v], among all nodes
    entries: Tensor  # int64 [n, v · v], of a graph's own adjacency matrix

    @classmethod
    def draw(cls, n: int, v: int, generator: torch.Generator) -> "Orders":
        """Returns orders from `generator`."""
        order = torch.rand(n, v, generator=generator).argsort(1)  # [n, v]
        entries = v * order[:, :, None] + order[:, None, :]  # [n, v, v]
        return cls((order + v * torch.arange(n)[:, None]).flatten(), entries.flatten(1))


@lru_cache(maxsize=4)
def seeded_orders(n: int, v: int, seed: int) -> Orders:
    """Returns the orders of a seed, which the parts of a prediction share: to draw them takes as long as to permute."""
    return Orders.draw(n, v, torch.Generator().manual_seed(seed))


def permuted(graphs: Graphs, table: Table, orders: Orders) -> Tensor:
    """Returns the `table` of graphs with their nodes in these orders.

    "Online" augmentation of the paper's supplementary material: called for each epoch of a fit with new orders, and
    for each part of a prediction with those of the predictor's seed.
    """
    x, A = graphs.x, graphs.adjacency.float()
    A = A.flatten(1).gather(1, orders.entries.to(x.device)).view_as(A)
    return table(x.flatten(0, 1).index_select(0, orders.rows.to(x.device)).view_as(x), A)
