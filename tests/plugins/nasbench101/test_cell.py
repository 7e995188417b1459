"""Cells: codes, pruning, validity and the messages for what is no cell."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasbench101_official import INCEPTION
from nasplug_nasbench101.bitmask import from_bits
from nasplug_nasbench101.cell import Cell, kept_vertices
from nasplug_nasbench101.hashing import first_digest, hash_of_edges, hash_of_graph

from nasplug.errors import InvalidArchitecture

CODES = st.tuples(*[st.integers(0, 1)] * 21, *[st.integers(0, 2)] * 5)


@given(CODES)
def test_code_round_trip(code: tuple[int, ...]) -> None:
    assert Cell.from_code(code).code == code


@given(CODES)
def test_pruning_keeps_the_hash_and_is_idempotent(code: tuple[int, ...]) -> None:
    cell = Cell.from_code(code)
    if kept_vertices(cell.matrix):
        pruned = cell.prune()
        assert pruned.prune() == pruned
        assert pruned.module_hash() == cell.module_hash() == Cell.from_code(pruned.code).module_hash()


def test_vertices_off_every_path_are_pruned() -> None:
    chain = Cell([[0, 1, 1, 0], [0, 0, 0, 1], [0, 0, 0, 0], [0, 0, 0, 0]], [0, 2])  # vertex 2 leads nowhere
    assert kept_vertices(chain.matrix) == [0, 1, 3]
    assert chain.prune() == Cell([[0, 1, 0], [0, 0, 1], [0, 0, 0]], [0])


def test_validity_counts_what_pruning_leaves() -> None:
    full = [1] * 21
    assert not Cell.from_code((*full, 0, 0, 0, 0, 0)).is_valid  # 21 edges
    assert not Cell.from_code((*[0] * 21, 0, 0, 0, 0, 0)).is_valid  # no path
    dangling = [0, 1, 1, 1, 1, 1] + [0] * 15  # 0 → 2…6: only 0 → 6 is on a path
    assert Cell.from_code((*dangling, 0, 0, 0, 0, 0)).prune() == Cell([[0, 1], [0, 0]], [])


def test_larger_cells_are_valid_if_pruning_makes_them_small() -> None:
    matrix = [[0] * 9 for _ in range(9)]
    matrix[0][8] = matrix[0][3] = 1
    assert Cell(matrix, [0] * 7).is_valid
    with pytest.raises(InvalidArchitecture, match="at most 7 vertices, this cell has 9"):
        _ = Cell(matrix, [0] * 7).code


@pytest.mark.parametrize(
    ("matrix", "ops", "message"),
    [
        ([[0, 1], [1, 0]], [], "upper triangular"),
        ([[0, 2], [0, 0]], [], "entries 0 and 1"),
        ([[0, 0.5], [0, 0]], [], "entries 0 and 1"),
        ([[0, float("nan")], [0, 0]], [], "entries 0 and 1"),
        ([[0, 1, 0], [0, 0, 1], [0, 0, 0]], [3], "indices 0, 1, 2"),
        ([[0, 1], [0, 0]], [0], "n − 2 operations"),
        ([[0, 1, 1], [0, 0]], [], "n × n"),
    ],
)
def test_what_is_no_cell_is_refused(matrix: list[list[int]], ops: list[int], message: str) -> None:
    with pytest.raises(InvalidArchitecture, match=message):
        Cell(matrix, ops)


def test_names_must_start_and_end_right() -> None:
    with pytest.raises(InvalidArchitecture, match="start with 'input'"):
        Cell.from_names([[0, 1], [0, 0]], ["output", "input"])
    with pytest.raises(InvalidArchitecture, match="Unknown operations"):
        Cell.from_names([[0, 1, 0], [0, 0, 1], [0, 0, 0]], ["input", "conv5x5", "output"])


@pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int8, float])
def test_the_type_of_numbers_does_not_matter(kind: type) -> None:
    """Hashes are of texts, in which numpy's integers would look different."""
    hash_of_graph.cache_clear()
    first_digest.cache_clear()
    cell = Cell(np.array(INCEPTION[0], kind), np.array(INCEPTION[1], kind))
    code = np.array(cell.code, kind)
    assert cell == Cell(*INCEPTION)
    assert Cell.from_code(code).module_hash() == cell.module_hash()
    hash_of_graph.cache_clear()
    first_digest.cache_clear()
    edges = from_bits(cell.code[:21])
    assert hash_of_edges(edges, code[21:]) == cell.module_hash() == Cell(*INCEPTION).module_hash()
    assert {type(number) for number in (*cell.code, *cell.ops, *sum(cell.matrix, ()))} == {int}


def test_names_and_indices_agree() -> None:
    cell = Cell(*INCEPTION)
    assert Cell.from_names(cell.matrix, cell.names) == cell
