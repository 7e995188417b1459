"""The edges of an unpruned 7×7 specification as one integer, and what pruning leaves of it.

Bit i is the i-th entry of the upper triangle, row by row, as in an architecture's code. Every function
that says "int or array" takes a Python integer or an int64 array `[n]` and answers in kind.
"""

from collections.abc import Sequence
from operator import mul
from typing import Any

import numpy as np
from numpy.typing import NDArray

VERTICES = 7
SLOTS = 21  # entries of the upper triangle of a 7×7 matrix
MAX_EDGES = 9
OUTPUT = VERTICES - 1
ROWS, COLUMNS = np.triu_indices(VERTICES, 1)  # slot → source, slot → target
POWERS = tuple(1 << slot for slot in range(SLOTS))
_START = tuple(u * VERTICES - u * (u + 1) // 2 for u in range(OUTPUT))  # first slot of each row
_LOW = tuple(tuple(value >> bit & 1 for bit in range(11)) for value in range(1 << 11))
_HIGH = tuple(tuple(value >> bit & 1 for bit in range(10)) for value in range(1 << 10))


def from_bits(bits: Sequence[int]) -> int:
    """Returns the integer of 21 zeros and ones."""
    return sum(map(mul, bits, POWERS))


def to_bits(edges: int) -> tuple[int, ...]:
    """Returns the 21 zeros and ones of an integer; for code tuples, at table look-up speed."""
    return _LOW[edges & 2047] + _HIGH[edges >> 11]


def successors(edges: Any, vertex: int) -> Any:
    """Returns the targets of `vertex` as a 7-bit mask; int or array."""
    return ((edges >> _START[vertex]) & ((1 << (OUTPUT - vertex)) - 1)) << (vertex + 1)


def kept(edges: Any) -> Any:
    """Returns the vertices on a path from input to output as a 7-bit mask, 0 where there is no path; int or array."""
    after = [successors(edges, u) for u in range(OUTPUT)]
    reached = after[0] | 1  # vertices in topological order: one pass each way is enough
    for u in range(1, OUTPUT):
        reached = reached | after[u] * (reached >> u & 1)
    leading = reached * 0 + (1 << OUTPUT)
    for u in range(OUTPUT - 1, -1, -1):
        leading = leading | (((after[u] & leading) != 0) * (1 << u))
    return reached & leading * (leading & 1)


def pruned(edges: Any, keep: Any) -> Any:
    """Returns the edges between kept vertices alone, in their old slots; int or array."""
    result = edges * 0
    for u in range(OUTPUT):
        row = (successors(edges, u) & keep) * (keep >> u & 1)
        result = result | (row >> (u + 1)) << _START[u]
    return result


def is_valid(edges: int) -> bool:
    """Returns whether the output can be reached over at most 9 edges that matter; ≈ 4 µs, for sampling loops."""
    keep = kept(edges)
    return bool(keep) and pruned(edges, keep).bit_count() <= MAX_EDGES


def are_valid(edges: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Returns `is_valid` of each of `[n]` integers."""
    keep = kept(edges)
    valid: NDArray[np.bool_] = (keep > 0) & (np.bitwise_count(pruned(edges, keep)) <= MAX_EDGES)
    return valid


def to_matrices(edges: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Returns `[n]` integers as adjacency matrices `[n, 7, 7]`."""
    matrices = np.zeros((len(edges), VERTICES, VERTICES), np.uint8)
    matrices[:, ROWS, COLUMNS] = edges[:, None] >> np.arange(SLOTS) & 1
    return matrices


def from_codes(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Returns the edges of codes `[n, 26]` as `[n]` integers."""
    return codes[:, :SLOTS].astype(np.int64) @ np.array(POWERS, np.int64)


def from_matrices(matrices: NDArray[Any]) -> NDArray[np.int64]:
    """Returns adjacency matrices `[n, 7, 7]` as `[n]` integers."""
    return matrices[:, ROWS, COLUMNS].astype(np.int64) @ np.array(POWERS, np.int64)
