"""The member of a cell's isomorphism class that the dataset trained."""

from functools import lru_cache
from itertools import permutations

from nasplug_nasbench101.cell import Cell


@lru_cache(maxsize=1 << 12)
def first_member(cell: Cell) -> Cell:
    """Returns the isomorph of a *pruned* cell whose adjacency bits, column by column, then operations are first.

    Channels depend on the order of vertices where they do not divide evenly. In this order the parameter counts are
    the dataset's, and equal cells become equal networks. It is the order of `enumeration.enumerate_codes`.
    """
    n = len(cell.matrix)
    orders = [(0, *order, n - 1) for order in permutations(range(1, n - 1))]
    members = [(key, _reordered(cell, order)) for order in orders if (key := _column_bits(cell, order)) is not None]
    return min(members, key=lambda member: (member[0], member[1].ops))[1]


def _column_bits(cell: Cell, order: tuple[int, ...]) -> int | None:
    """Returns the upper triangle in another order as an integer, column by column; None where an edge points back."""
    key = slot = 0
    for v, target in enumerate(order):
        for source in order[:v]:
            if cell.matrix[target][source]:
                return None
            key |= cell.matrix[source][target] << slot
            slot += 1
    return key


def _reordered(cell: Cell, order: tuple[int, ...]) -> Cell:
    return Cell([[cell.matrix[u][v] for v in order] for u in order], [cell.ops[v - 1] for v in order[1:-1]])
