"""The whole space: how many cells, in which order, and which member of each class."""

import hashlib
from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import CELLS, LABELLINGS, PLACE_VALUES, SHA256, all_codes, enumerate_codes
from nasplug_nasbench101.lookup import HASHES_SHA256, all_hashes

from benchmarks import nasbench101_rows as real


def test_423624_distinct_valid_cells() -> None:
    codes = all_codes()
    assert codes.shape == (423_624, 26)
    assert len({code.tobytes() for code in codes}) == CELLS
    assert bitmask.is_valid(bitmask.from_codes(codes)).all()


def test_pruning_takes_nothing_from_them() -> None:
    edges = bitmask.from_codes(all_codes())
    np.testing.assert_array_equal(bitmask.prune_codes(all_codes())[0], edges)


def test_small_cells_come_first() -> None:
    codes = all_codes()
    assert Cell.from_code(codes[0].tolist()).prune() == Cell([[0, 1], [0, 0]], [])
    sizes = np.bitwise_count(bitmask.kept_vertices(bitmask.from_codes(codes)))
    assert (np.diff(sizes.astype(int)) >= 0).all()
    assert np.bincount(sizes)[2:].tolist() == [1, 6, 84, 2441, 62010, 359082]


def test_the_recorded_digest_is_that_of_the_codes() -> None:
    assert hashlib.sha256(enumerate_codes().tobytes()).hexdigest() == SHA256


def test_the_number_of_a_labelling_is_its_operations_in_base_3() -> None:
    assert LABELLINGS[83].tolist() == [1, 0, 0, 0, 2]
    np.testing.assert_array_equal(LABELLINGS @ PLACE_VALUES, np.arange(243))


def test_each_cell_is_the_first_of_its_class() -> None:
    """By adjacency bits column by column, the first bit counting least, then by operations: done the long way."""
    for code in np.random.default_rng(0).choice(all_codes(), 40, replace=False):
        cell = Cell.from_code(code.tolist()).prune()
        assert order_of_enumeration(cell) == min(order_of_enumeration(member) for member in isomorphs(cell))


def order_of_enumeration(cell: Cell) -> tuple[list[int], tuple[int, ...]]:
    columns = [cell.matrix[u][v] for v in range(len(cell.matrix)) for u in range(v)]
    return columns[::-1], cell.ops


def isomorphs(cell: Cell) -> list[Cell]:
    n = len(cell.matrix)
    orders = [(0, *order, n - 1) for order in permutations(range(1, n - 1))]
    return [
        Cell([[cell.matrix[u][v] for v in order] for u in order], [cell.ops[v - 1] for v in order[1:-1]])
        for order in orders
        if not any(cell.matrix[order[j]][order[i]] for j in range(n) for i in range(j))
    ]


@pytest.mark.slow
def test_no_two_share_a_hash_and_real_rows_are_among_them(without_table: None, shared_data: Path) -> None:
    hashes = all_hashes()
    assert hashlib.sha256(hashes.tobytes()).hexdigest() == HASHES_SHA256
    texts = np.array([row.tobytes().hex() for row in hashes])
    assert len(np.unique(texts)) == 423_624
    assert np.isin(real.load(shared_data)["hash"], texts).all()
