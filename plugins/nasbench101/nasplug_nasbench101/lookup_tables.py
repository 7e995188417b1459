"""The tables that tell which cell a code is: built once, from the isomorphism classes of the enumeration.

Pruning keeps some of a code's interior vertices, and a permutation of these gives the first graph of its class. Both
together are an *arrangement*: (4, 2) says that vertices 4 and 2 are kept, and that 4 becomes vertex 1 and 2 becomes
vertex 2. There are 326: one of no vertex, 5 of one, 20 of two, …, 120 of all five. Three look-ups find a code's cell:

    edges → class and arrangement
    arrangement, labelling → labelling of the first graph
    class, labelling of the first graph → row
"""

from itertools import permutations

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.enumeration import INTERIOR, LABELLINGS, PLACE_VALUES, isomorphism_classes

EDGE_SETS = 1 << bitmask.SLOTS
ARRANGEMENTS = [kept for k in range(INTERIOR + 1) for kept in permutations(range(1, INTERIOR + 1), k)]
ARRANGEMENT_BITS = 9
Numbers = NDArray[np.int32]


def relabellings() -> list[bytes]:
    """Returns, for each arrangement, the reordered labelling of each of the 243, `[326][243]`."""
    reordered = [LABELLINGS[:, [v - 1 for v in kept]] @ PLACE_VALUES[: len(kept)] for kept in ARRANGEMENTS]
    return [labellings.astype(np.uint8).tobytes() for labellings in reordered]


def build_tables() -> NDArray[np.uint8]:
    """Returns the bytes of two int32 tables, one after the other.

    The first, `[2²¹]`, has for each set of edges class · 512 + arrangement, −1 where it is invalid. The second,
    `[classes, 243]`, has for each class and labelling the row in `all_codes()`.
    """
    pruned = np.full((EDGE_SETS, 2), -1, np.int32)  # by edges that pruning leaves as they are: class, order
    orders: dict[int, list[tuple[int, ...]]] = {}  # by size
    rows: list[Numbers] = []
    class_count = cell_count = 0
    for size in range(2, bitmask.VERTICES + 1):
        classes = isomorphism_classes(size)
        orders[size] = classes.orders
        edges = bitmask.from_matrices(classes.matrices)
        pruned[edges, 0] = class_count + classes.graph_class
        pruned[edges, 1] = classes.first_order
        number = np.cumsum(classes.is_representative).reshape(classes.is_representative.shape) - 1
        rows.append((cell_count + np.take_along_axis(number, classes.first_labelling, axis=1)).astype(np.int32))
        class_count += len(classes.first)
        cell_count += int(classes.is_representative.sum())
    return np.concatenate([_table_by_edges(pruned, orders), np.concatenate(rows).ravel()]).view(np.uint8)


def _table_by_edges(pruned: Numbers, orders: dict[int, list[tuple[int, ...]]]) -> Numbers:
    """Returns the table by edges, given the class and the order of those that pruning leaves as they are."""
    number_of = {kept: number for number, kept in enumerate(ARRANGEMENTS)}
    edges = np.arange(EDGE_SETS, dtype=np.int64)
    masks = bitmask.kept_vertices(edges)
    left = bitmask.prune(edges, masks)
    table = np.full(EDGE_SETS, -1, np.int32)
    for mask in np.unique(masks[masks > 0]).tolist():
        vertices = bitmask.VERTICES_OF[mask]
        size = len(vertices)
        members = np.flatnonzero(masks == mask)
        graph_class, order = pruned[_moved_to_front(left[members], vertices)].T
        arrangements = [number_of[tuple(vertices[v] for v in order[1 : size - 1])] for order in orders[size]]
        entry = graph_class << ARRANGEMENT_BITS | np.array(arrangements, np.int32)[order]
        table[members] = np.where(graph_class < 0, -1, entry)  # no class: more than 9 edges
    return table


def _moved_to_front(edges: NDArray[np.int64], vertices: tuple[int, ...]) -> NDArray[np.int64]:
    """Returns `[n]` edges between `vertices` as edges between 0, 1, … and the output."""
    matrices = bitmask.to_matrices(edges)
    moved = np.zeros_like(matrices)
    place = [*range(len(vertices) - 1), bitmask.OUTPUT]
    moved[np.ix_(np.arange(len(edges)), place, place)] = matrices[:, vertices][:, :, vertices]
    return bitmask.from_matrices(moved)
