"""Edges as bits of an integer: integers, arrays and cells agree about what pruning leaves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cell import Cell, kept_vertices

EDGES = st.integers(0, (1 << bitmask.SLOTS) - 1)


def test_slots_are_numbered_row_by_row() -> None:
    ends = list(zip(bitmask.SOURCES.tolist(), bitmask.TARGETS.tolist(), strict=True))
    assert (ends[0], ends[5], ends[6], ends[20]) == ((0, 1), (0, 6), (1, 2), (5, 6))
    assert bitmask.from_bits([1, 0, 0, 0, 0, 1] + [0] * 15) == 0b100001
    assert bitmask.successors(0b100001, 0) == 0b1000010
    assert bitmask.VERTICES_OF[0b1000001] == (0, 6)


def test_ten_edges_are_too_many() -> None:
    """Vertices 0, 1, 2, 3 and 6 with all the edges that they can have, and without one of them."""
    ten = bitmask.prune((1 << bitmask.SLOTS) - 1, 0b1001111)
    nine = ten ^ 1 << 6
    assert (ten.bit_count(), nine.bit_count()) == (10, 9)
    assert (bool(bitmask.is_valid(ten)), bool(bitmask.is_valid(nine))) == (False, True)


@given(EDGES)
def test_bits_round_trip(value: int) -> None:
    bits = bitmask.to_bits(value)
    assert len(bits) == bitmask.SLOTS
    assert bitmask.from_bits(bits) == value


@given(EDGES)
def test_validity_is_that_of_the_cell(value: int) -> None:
    cell = Cell.from_code((*bitmask.to_bits(value), 0, 1, 2, 0, 1))
    assert bool(bitmask.is_valid(value)) is cell.is_valid
    assert list(bitmask.VERTICES_OF[bitmask.kept_vertices(value)]) == kept_vertices(cell.matrix)


@given(EDGES)
def test_pruning_twice_is_pruning_once(value: int) -> None:
    vertices_on_paths = bitmask.kept_vertices(value)
    once = bitmask.prune(value, vertices_on_paths)
    assert bitmask.kept_vertices(once) == vertices_on_paths
    assert bitmask.prune(once, vertices_on_paths) == once


def test_arrays_are_answered_like_integers() -> None:
    values = np.random.default_rng(0).integers(1 << bitmask.SLOTS, size=1000)
    assert bitmask.is_valid(values).tolist() == [bool(bitmask.is_valid(value)) for value in values.tolist()]
    vertices_on_paths = bitmask.kept_vertices(values)
    assert vertices_on_paths.tolist() == [bitmask.kept_vertices(value) for value in values.tolist()]
    pruned = [
        bitmask.prune(value, vertices)
        for value, vertices in zip(values.tolist(), vertices_on_paths.tolist(), strict=True)
    ]
    assert bitmask.prune(values, vertices_on_paths).tolist() == pruned


def test_matrices_round_trip() -> None:
    values = np.random.default_rng(1).integers(1 << bitmask.SLOTS, size=500)
    matrices = bitmask.to_matrices(values)
    assert not np.tril(matrices).any()
    np.testing.assert_array_equal(bitmask.from_matrices(matrices), values)
