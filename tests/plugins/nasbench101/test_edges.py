"""Laws of the edge bits: scalars, arrays and cells agree about what pruning leaves."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from nasplug_nasbench101 import edges
from nasplug_nasbench101.cell import Cell

EDGES = st.integers(0, (1 << edges.SLOTS) - 1)


@given(EDGES)
def test_bits_round_trip(value: int) -> None:
    bits = edges.to_bits(value)
    assert len(bits) == edges.SLOTS
    assert edges.from_bits(bits) == value


@given(EDGES)
def test_validity_is_that_of_the_cell(value: int) -> None:
    cell = Cell.from_code((*edges.to_bits(value), 0, 1, 2, 0, 1))
    assert edges.is_valid(value) == cell.is_valid
    assert [v for v in range(7) if edges.kept(value) >> v & 1] == cell.kept()


@given(EDGES)
def test_pruning_twice_is_pruning_once(value: int) -> None:
    keep = edges.kept(value)
    once = edges.pruned(value, keep)
    assert edges.kept(once) == keep
    assert edges.pruned(once, keep) == once


def test_arrays_are_answered_like_integers() -> None:
    values = np.random.default_rng(0).integers(1 << edges.SLOTS, size=5000)
    assert edges.are_valid(values).tolist() == [edges.is_valid(value) for value in values.tolist()]
    keep = edges.kept(values)
    assert keep.tolist() == [edges.kept(value) for value in values.tolist()]
    assert edges.pruned(values, keep).tolist() == [edges.pruned(v, edges.kept(v)) for v in values.tolist()]


def test_matrices_round_trip() -> None:
    values = np.random.default_rng(1).integers(1 << edges.SLOTS, size=500)
    matrices = edges.to_matrices(values)
    assert not np.tril(matrices).any()
    np.testing.assert_array_equal(edges.from_matrices(matrices), values)
