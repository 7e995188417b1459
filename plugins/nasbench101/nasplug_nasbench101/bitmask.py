"""The edges of an unpruned 7×7 cell as the bits of one integer, and pruning of such integers.

The upper triangle of a 7×7 adjacency matrix has 21 entries, one for each possible edge. They are numbered row by row,
as in an architecture's code, and such a number is called a *slot*: slot 0 is the edge 0→1, slot 5 is 0→6, slot 6 is
1→2, slot 20 is 5→6. Bit i of an integer says whether the cell has the edge of slot i, so 0b100001 has the edges 0→1 and
0→6. Sets of vertices are masks of 7 bits in the same way: 0b1000001 is the input, vertex 0, and the output, vertex 6.

"int or array": the function takes a Python integer or an int64 array `[n]`, and returns the same kind.
"""

from collections.abc import Sequence
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasplug import InvalidArchitecture

VERTICES = 7
SLOTS = 21
MAX_EDGES = 9
OUTPUT = VERTICES - 1
SOURCES, TARGETS = np.triu_indices(VERTICES, 1)  # slot → source vertex, slot → target vertex
POWERS = tuple(1 << slot for slot in range(SLOTS))
VERTICES_OF = tuple(tuple(v for v in range(VERTICES) if mask >> v & 1) for mask in range(1 << VERTICES))
_FIRST_SLOT = tuple(u * VERTICES - u * (u + 1) // 2 for u in range(OUTPUT))  # of the edges that leave vertex u


def from_bits(bits: Sequence[int]) -> int:
    """Returns the integer of 21 zeros and ones."""
    return sum(map(mul, bits, POWERS))


def to_bits(edges: int) -> tuple[int, ...]:
    """Returns the 21 zeros and ones of an integer."""
    return tuple([edges >> slot & 1 for slot in range(SLOTS)])


def successors(edges: Any, vertex: int) -> Any:
    """Returns the mask of the vertices to which `vertex` has an edge; int or array."""
    return ((edges >> _FIRST_SLOT[vertex]) & ((1 << (OUTPUT - vertex)) - 1)) << (vertex + 1)


def kept_vertices(edges: Any) -> Any:
    """Returns the mask of the vertices on a path from input to output, 0 where there is no path; int or array."""
    after = [successors(edges, u) for u in range(OUTPUT)]
    reached = after[0] | 1  # vertices are in topological order: one pass each way is enough
    for u in range(1, OUTPUT):
        reached = reached | after[u] * (reached >> u & 1)
    leading = reached * 0 + (1 << OUTPUT)
    for u in range(OUTPUT - 1, -1, -1):
        leading = leading | (((after[u] & leading) != 0) * (1 << u))
    return reached & leading


def prune(edges: Any, vertices: Any) -> Any:
    """Returns the edges between `vertices`, a mask, in the slots where they were; int or array."""
    pruned = edges * 0
    for u in range(OUTPUT):
        row = (successors(edges, u) & vertices) * (vertices >> u & 1)
        pruned = pruned | (row >> (u + 1)) << _FIRST_SLOT[u]
    return pruned


def is_valid(edges: Any) -> Any:
    """Returns whether a path leads to the output, and pruning leaves at most 9 edges; int or array."""
    vertices = kept_vertices(edges)
    return (vertices > 0) & (np.bitwise_count(prune(edges, vertices)) <= MAX_EDGES)


def prune_codes(codes: NDArray[np.uint8]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Returns the edges that pruning leaves of codes `[n, 26]`, and the vertices, both `[n]`.

    Raises:
        InvalidArchitecture: a cell has no path from its input to its output
    """
    edges = from_codes(codes)
    vertices = kept_vertices(edges)
    if not vertices.all():
        raise InvalidArchitecture(f"Cell {int(np.argmin(vertices))} has no path from its input to its output")
    return prune(edges, vertices), vertices


def to_matrices(edges: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Returns the adjacency matrices `[n, 7, 7]` of `[n]` integers."""
    matrices = np.zeros((len(edges), VERTICES, VERTICES), np.uint8)
    matrices[:, SOURCES, TARGETS] = edges[:, None] >> np.arange(SLOTS) & 1
    return matrices


def from_codes(codes: NDArray[Any]) -> NDArray[np.int64]:
    """Returns the edges of codes `[n, 26]`, of which the first 21 columns are read, as `[n]` integers."""
    return codes[:, :SLOTS].astype(np.int64) @ np.array(POWERS, np.int64)


def from_matrices(matrices: NDArray[Any]) -> NDArray[np.int64]:
    """Returns adjacency matrices `[n, 7, 7]` as `[n]` integers."""
    return matrices[:, SOURCES, TARGETS].astype(np.int64) @ np.array(POWERS, np.int64)
