"""The enumeration of all 423,624 cells that differ: one of each isomorphism class.

Cells are isomorphic when renumbering their interior vertices makes them equal. The cell that stands for its class, the
*representative*, is the first one in the order of google-research/nasbench: by its adjacency bits column by column
(0→1, 0→2, 1→2, 0→3, …), then by its operations. It is the member that the dataset trained: where channels do not divide
evenly, the order of vertices changes the network, and only the representatives have the dataset's parameter counts.

A *labelling* gives each of the five interior vertices an operation. There are 3⁵ = 243 labellings, numbered by reading
the operations as digits of base 3: (1, 0, 0, 0, 2) is number 1·81 + 2 = 83. Unused vertices have operation 0.
"""

from itertools import permutations, product

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cache import cached_bytes

CELLS = 423_624
INTERIOR = 5  # vertices between input and output
SHA256 = "da3ac3da9c6e987cad5a74aa91ee0501e80eb053dd79918c72e7c1d50769dfa4"  # of the codes as bytes
LABELLINGS = np.array(list(product(range(3), repeat=INTERIOR)), np.uint8)  # [243, 5]
PLACE_VALUES = 3 ** np.arange(INTERIOR - 1, -1, -1)  # operations @ PLACE_VALUES is the number of a labelling
_SLOTS_BY_COLUMN = np.argsort(bitmask.TARGETS, kind="stable")
_LOWER_TRIANGLE = np.tril_indices(bitmask.VERTICES)


def all_codes() -> NDArray[np.uint8]:
    """Returns `enumerate_codes()`, from the cache folder where it is there already."""
    return cached_bytes("nasbench101_cells.bin", enumerate_codes, SHA256).reshape(CELLS, -1)


def enumerate_codes() -> NDArray[np.uint8]:
    """Returns the codes of the representatives of all classes, `[423624, 26]`; takes about 0.2 s.

    Cells with few vertices come first, and cells of one size are in the order of google-research/nasbench. All are
    pruned: unused vertices have no edges and operation 0.
    """
    return np.concatenate([_codes_of_size(size) for size in range(2, bitmask.VERTICES + 1)])


def _codes_of_size(size: int) -> NDArray[np.uint8]:
    """Returns the codes `[n, 26]` of the cells with `size` vertices: 0, 1, …, size − 2 and the output."""
    classes = isomorphism_classes(size)
    graph, labelling = np.nonzero(classes.is_representative)
    bits = classes.matrices[classes.first][:, bitmask.SOURCES, bitmask.TARGETS]
    return np.concatenate([bits[graph], LABELLINGS[labelling]], axis=1)


@attrs.frozen(eq=False)
class IsomorphismClasses:
    """The valid graphs of one size that pruning leaves as they are, and which of them are isomorphic.

    There are n graphs, in g classes when operations do not count. With operations each class has up to 243 different
    cells; labellings that a symmetry of the graph turns into each other make isomorphic cells.

    Attributes:
        matrices: adjacency matrices of all graphs, `[n, 7, 7]`
        orders: the permutations of the vertices that leave input, output and unused vertices in place
        first_order: the index in `orders` of the one that turns a graph into the first of its class, `[n]`
        graph_class: the class of a graph, 0 … g − 1, `[n]`
        first: the index in `matrices` of the first graph of a class, `[g]`
        first_labelling: the first labelling that makes a cell isomorphic to that of this labelling, `[g, 243]`
        is_representative: whether that is this labelling itself, `[g, 243]`
    """

    matrices: NDArray[np.uint8]
    orders: list[tuple[int, ...]]
    first_order: NDArray[np.int64]
    graph_class: NDArray[np.int64]
    first: NDArray[np.int64]
    first_labelling: NDArray[np.int64]
    is_representative: NDArray[np.bool_]


def isomorphism_classes(size: int) -> IsomorphismClasses:
    """Returns the classes of the graphs with `size` vertices: 0, 1, …, size − 2 and the output."""
    matrices = _pruned_matrices(size)
    orders = [(0, *order, *range(size - 1, 7)) for order in permutations(range(1, size - 1))]
    keys = np.stack([_reordered_keys(matrices, order) for order in orders])  # [orders, n]; orders[0] changes nothing
    least = keys.min(axis=0)
    ascending = np.argsort(keys[0])
    first = ascending[(keys[0] == least)[ascending]]
    first_labelling = _first_labellings(keys[:, first] == keys[0, first], orders)
    unused_is_zero = (LABELLINGS[:, size - 2 :] == 0).all(axis=1)
    is_representative = (first_labelling == np.arange(len(LABELLINGS))) & unused_is_zero
    graph_class = np.searchsorted(least[first], least)
    return IsomorphismClasses(
        matrices, orders, keys.argmin(axis=0), graph_class, first, first_labelling, is_representative
    )


def _pruned_matrices(size: int) -> NDArray[np.uint8]:
    """Returns the valid graphs `[n, 7, 7]` in which exactly 0, 1, …, size − 2 and the output are on a path."""
    vertices = (1 << (size - 1)) - 1 | 1 << bitmask.OUTPUT
    between = bitmask.prune((1 << bitmask.SLOTS) - 1, vertices)  # all edges that these vertices can have
    edges = np.arange(1 << bitmask.SLOTS, dtype=np.int64)
    edges = edges[(edges & ~between == 0) & (np.bitwise_count(edges) <= bitmask.MAX_EDGES)]
    return bitmask.to_matrices(edges[bitmask.kept_vertices(edges) == vertices])


def _reordered_keys(matrices: NDArray[np.uint8], order: tuple[int, ...]) -> NDArray[np.int64]:
    """Returns integers `[n]` that sort graphs as the enumeration does, once their vertices are in another order.

    A graph in which an edge then points backwards gets the largest integer.
    """
    reordered = matrices[:, order][:, :, order]
    by_column = reordered[:, bitmask.SOURCES[_SLOTS_BY_COLUMN], bitmask.TARGETS[_SLOTS_BY_COLUMN]]
    backwards = reordered[:, *_LOWER_TRIANGLE].any(axis=1)
    return np.where(backwards, np.iinfo(np.int64).max, by_column.astype(np.int64) @ np.array(bitmask.POWERS))


def _first_labellings(is_symmetry: NDArray[np.bool_], orders: list[tuple[int, ...]]) -> NDArray[np.int64]:
    """Returns `[g, 243]`: the first labelling that makes an isomorphic cell.

    `is_symmetry` `[orders, g]` says whether an order of the vertices leaves the first graph of a class as it is.
    """
    first = np.broadcast_to(np.arange(len(LABELLINGS)), (is_symmetry.shape[1], len(LABELLINGS))).copy()
    for symmetric, order in zip(is_symmetry, orders, strict=True):
        relabelled = LABELLINGS[:, [v - 1 for v in order[1:6]]] @ PLACE_VALUES  # [243]
        first[symmetric] = np.minimum(first[symmetric], relabelled)
    return first
