"""A cell as users write it: an adjacency matrix and the operations of its vertices."""

from collections.abc import Iterable, Sequence
from typing import Any

import attrs
import numpy as np

from nasplug import InvalidArchitecture
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.hashing import INPUT_LABEL, OUTPUT_LABEL, module_hash

INPUT, OUTPUT = "input", "output"
CONV3X3, CONV1X1, MAXPOOL3X3 = OPERATIONS = ("conv3x3-bn-relu", "conv1x1-bn-relu", "maxpool3x3")
_INTEGERS = {value: value for value in range(3)}
CODE_LENGTH = bitmask.SLOTS + bitmask.VERTICES - 2


def check_code(code: Sequence[int]) -> None:
    """Raises `InvalidArchitecture` unless `code` is 21 zeros and ones and five operation indices 0–2."""
    edges, ops = code[: bitmask.SLOTS], code[bitmask.SLOTS :]
    if len(code) != CODE_LENGTH or not {0, 1}.issuperset(edges) or not {0, 1, 2}.issuperset(ops):
        raise InvalidArchitecture(
            f"A nasbench101 code is 21 edge bits (0 or 1: the upper triangle of the 7×7 matrix, row by row), then 5 "
            f"operations (0 conv3x3, 1 conv1x1, 2 maxpool3x3); got {len(code)} integers: {','.join(map(str, code))}"
        )


def _to_integers(values: Iterable[Any]) -> tuple[int, ...]:
    """Returns 0, 1, 2 of any type (numpy, bool, float) as Python integers: hashes are of their text."""
    return tuple(_INTEGERS.get(value, value) for value in values)


def _to_rows(matrix: Iterable[Iterable[Any]]) -> tuple[tuple[int, ...], ...]:
    return tuple(map(_to_integers, matrix))


def kept_vertices(matrix: Sequence[Sequence[int]]) -> list[int]:
    """Returns the vertices on a path from the first to the last one, ascending; empty where there is no path."""
    n = len(matrix)
    reached, leading = {0}, {n - 1}
    for v in range(1, n):
        if any(matrix[u][v] for u in reached):
            reached.add(v)
    for u in range(n - 2, -1, -1):
        if any(matrix[u][v] for v in leading):
            leading.add(u)
    return sorted(reached & leading) if 0 in leading else []


@attrs.frozen
class Cell:
    """A directed acyclic graph from `input`, the first vertex, to `output`, the last one.

    A cell need not be one of the search space: see `is_valid`.

    Args:
        matrix: adjacency matrix `[n, n]`, upper triangular, of zeros and ones
        ops: the operations of the n − 2 vertices in between, as indices of `OPERATIONS`

    Raises:
        InvalidArchitecture: matrix and operations are not of this form
    """

    matrix: tuple[tuple[int, ...], ...] = attrs.field(converter=_to_rows)
    ops: tuple[int, ...] = attrs.field(converter=_to_integers)

    def __attrs_post_init__(self) -> None:
        n = len(self.matrix)
        if n < 2 or any(len(row) != n for row in self.matrix) or len(self.ops) != n - 2:
            raise InvalidArchitecture(
                f"A cell needs an n × n matrix and n − 2 operations, got {n} rows and {len(self.ops)}"
            )
        if any(self.matrix[u][v] not in ((0, 1) if u < v else (0,)) for u in range(n) for v in range(n)):
            raise InvalidArchitecture("A cell's matrix must be upper triangular with entries 0 and 1")
        if any(op not in (0, 1, 2) for op in self.ops):
            raise InvalidArchitecture(f"A cell's operations are the indices 0, 1, 2 of {OPERATIONS}, got {self.ops}")

    @classmethod
    def from_names(cls, matrix: Any, names: Sequence[str]) -> "Cell":
        """Returns the cell of a matrix `[n, n]` and the names of all n operations, `input` first and `output` last."""
        if len(names) < 2 or names[0] != INPUT or names[-1] != OUTPUT:
            raise InvalidArchitecture(
                f"A cell's operations start with 'input' and end with 'output', got {list(names)}"
            )
        unknown = sorted({name for name in names[1:-1] if name not in OPERATIONS})
        if unknown:
            raise InvalidArchitecture(f"Unknown operations {unknown}; there are {', '.join(OPERATIONS)}")
        return cls(matrix, [OPERATIONS.index(name) for name in names[1:-1]])

    @classmethod
    def from_code(cls, code: Sequence[int]) -> "Cell":
        """Returns the unpruned 7×7 cell of an architecture's code; raises `InvalidArchitecture` for anything else."""
        check_code(code)
        matrix = np.zeros((bitmask.VERTICES, bitmask.VERTICES), int)
        matrix[bitmask.SOURCES, bitmask.TARGETS] = code[: bitmask.SLOTS]
        return cls(matrix, code[bitmask.SLOTS :])

    @property
    def code(self) -> tuple[int, ...]:
        """The cell's 26 integers: its vertices first, then unused ones without edges, the output last."""
        n = len(self.matrix)
        if n > bitmask.VERTICES:
            raise InvalidArchitecture(f"A nasbench101 code holds at most 7 vertices, this cell has {n}: prune it first")
        place = [*range(n - 1), bitmask.OUTPUT]
        matrix = np.zeros((bitmask.VERTICES, bitmask.VERTICES), int)
        matrix[np.ix_(place, place)] = self.matrix
        return (*matrix[bitmask.SOURCES, bitmask.TARGETS].tolist(), *self.ops, *[0] * (bitmask.VERTICES - n))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all vertices' operations, `[n]`."""
        return (INPUT, *(OPERATIONS[op] for op in self.ops), OUTPUT)

    @property
    def edges(self) -> int:
        """The number of edges."""
        return sum(map(sum, self.matrix))

    def prune(self) -> "Cell":
        """Returns the cell without the vertices on no path; raises `InvalidArchitecture` where there is no path."""
        vertices = kept_vertices(self.matrix)
        if not vertices:
            raise InvalidArchitecture("No path leads from the cell's input to its output")
        matrix = [[self.matrix[u][v] for v in vertices] for u in vertices]
        return Cell(matrix, [self.ops[v - 1] for v in vertices[1:-1]])

    @property
    def is_valid(self) -> bool:
        """Whether the pruned cell is in the search space: a path, at most 7 vertices and at most 9 edges."""
        if not kept_vertices(self.matrix):
            return False
        pruned = self.prune()
        return len(pruned.matrix) <= bitmask.VERTICES and pruned.edges <= bitmask.MAX_EDGES

    def module_hash(self) -> str:
        """Returns the dataset's key of the pruned cell; raises `InvalidArchitecture` where there is no path."""
        pruned = self.prune()
        return module_hash(pruned.matrix, (INPUT_LABEL, *pruned.ops, OUTPUT_LABEL))
