"""All 423,624 cells that differ: one specification for each isomorphism class."""

from itertools import permutations, product

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.cache import cached_bytes

CELLS = 423_624
INTERIOR = 5
SHA256 = "da3ac3da9c6e987cad5a74aa91ee0501e80eb053dd79918c72e7c1d50769dfa4"  # of the codes as bytes
LABELINGS = np.array(list(product(range(3), repeat=INTERIOR)), np.uint8)  # [243, 5], lexicographic
PLACES = 3 ** np.arange(INTERIOR - 1, -1, -1)  # a labeling's index is its sum of operation · place
_BY_COLUMN = np.argsort(bitmask.COLUMNS, kind="stable")  # slots in the order 01, 02, 12, 03, …
_LOWER = np.tril_indices(bitmask.VERTICES)


def all_codes() -> NDArray[np.uint8]:
    """Returns `enumerate_codes()`, from the cache folder where it is there already."""
    return cached_bytes("nasbench101_cells.bin", enumerate_codes, SHA256).reshape(CELLS, -1)


def enumerate_codes() -> NDArray[np.uint8]:
    """Returns the codes of all cells, `[423624, 26]`, at most 9 edges and no vertex that pruning would remove; ≈ 0.2 s.

    Of each isomorphism class it is the member whose adjacency bits, column by column, and then whose
    operations come first; cells are in that order, small ones first. Interior vertices not in use have no edges
    and operation 0. google-research/nasbench enumerates in this order too and trained this very member: the
    parameter counts of all real rows are those of its network.
    """
    parts = [_codes_of_size(size) for size in range(2, bitmask.VERTICES + 1)]
    return np.concatenate(parts)


def _codes_of_size(size: int) -> NDArray[np.uint8]:
    """Returns the codes `[n, 26]` of the cells with `size` vertices: 0, 1 … size − 2, and the output."""
    classes = isomorphism_classes(size)
    graph, labeling = np.nonzero(classes.is_first)
    bits = classes.matrices[classes.chosen][:, bitmask.ROWS, bitmask.COLUMNS]
    return np.concatenate([bits[graph], LABELINGS[labeling]], axis=1)


@attrs.frozen(eq=False)
class Classes:
    """The valid graphs of one size, all vertices in use: which ones are equal, and which of their labelings.

    `matrices` `[n, 7, 7]`; `order` `[n]`: the index in `orders` of the one in which a matrix becomes the first of its
    class; `graph` `[n]`: the number of that class; `chosen` `[g]`: the matrices that are the first, in ascending order;
    `first` `[g, 243]`: the labeling that stands for those equal to it; `is_first` `[g, 243]`: whether it is itself.
    """

    matrices: NDArray[np.uint8]
    orders: list[tuple[int, ...]]
    order: NDArray[np.int64]
    graph: NDArray[np.int64]
    chosen: NDArray[np.int64]
    first: NDArray[np.int64]
    is_first: NDArray[np.bool_]


def isomorphism_classes(size: int) -> Classes:
    """Returns the classes of the cells with `size` vertices: 0, 1 … size − 2, and the output."""
    matrices = _whole_matrices(size)
    orders = [(0, *order, *range(size - 1, 7)) for order in permutations(range(1, size - 1))]
    keys = np.stack([_reordered_keys(matrices, order) for order in orders])  # [orders, n], the first as they are
    least = keys.min(axis=0)
    ascending = np.argsort(keys[0])
    chosen = ascending[(keys[0] == least)[ascending]]
    first = _first_labelings(keys[:, chosen] == keys[0, chosen], orders)
    unused_is_zero = (LABELINGS[:, size - 2 :] == 0).all(axis=1)
    is_first = (first == np.arange(len(LABELINGS))) & unused_is_zero
    graph = np.searchsorted(least[chosen], least)
    return Classes(matrices, orders, keys.argmin(axis=0), graph, chosen, first, is_first)


def _whole_matrices(size: int) -> NDArray[np.uint8]:
    """Returns the valid matrices `[n, 7, 7]` of which pruning removes no edge and leaves `size` vertices in front."""
    vertices = (1 << (size - 1)) - 1 | 1 << bitmask.OUTPUT
    inside = sum(
        1 << slot
        for slot, (u, v) in enumerate(zip(bitmask.ROWS, bitmask.COLUMNS, strict=True))
        if vertices >> u & vertices >> v & 1
    )
    edges = np.arange(1 << bitmask.SLOTS, dtype=np.int64)
    edges = edges[(edges & ~inside == 0) & (np.bitwise_count(edges) <= bitmask.MAX_EDGES)]
    return bitmask.to_matrices(edges[bitmask.kept(edges) == vertices])


def _column_keys(matrices: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Returns `[n]` integers whose bits are the upper triangles column by column."""
    bits = matrices[:, bitmask.ROWS[_BY_COLUMN], bitmask.COLUMNS[_BY_COLUMN]]
    keys: NDArray[np.int64] = bits.astype(np.int64) @ np.array(bitmask.POWERS)
    return keys


def _reordered_keys(matrices: NDArray[np.uint8], order: tuple[int, ...]) -> NDArray[np.int64]:
    """Returns the column keys `[n]` with the vertices in another order; the largest integer where one points back."""
    reordered = matrices[:, order][:, :, order]
    backwards = reordered[:, *_LOWER].any(axis=1)
    return np.where(backwards, np.iinfo(np.int64).max, _column_keys(reordered))


def _first_labelings(automorphic: NDArray[np.bool_], orders: list[tuple[int, ...]]) -> NDArray[np.int64]:
    """Returns `[g, 243]`: the first of the labelings equal to each under the orders that leave a graph as it is.

    `automorphic` is `[orders, g]`.
    """
    first = np.broadcast_to(np.arange(len(LABELINGS)), (automorphic.shape[1], len(LABELINGS))).copy()
    for same, order in zip(automorphic, orders, strict=True):
        relabelled = LABELINGS[:, [v - 1 for v in order[1:6]]] @ PLACES  # [243]
        first[same] = np.minimum(first[same], relabelled)
    return first
