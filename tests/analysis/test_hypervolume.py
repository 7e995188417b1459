"""Hypervolume by its definition: how much of the space above the reference some point dominates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug.analysis.hypervolume import hypervolumes

SIDE = 5  # of the grid whose unit cells are counted


def clouds(m):
    """Points of m objectives on the grid, some of them equal, some at the reference."""
    return st.lists(st.tuples(*[st.integers(0, SIDE)] * m), min_size=1, max_size=12)


def cells(cloud):
    """Returns how many unit cells of the grid some point dominates."""
    corners = np.stack(np.meshgrid(*[np.arange(SIDE)] * len(cloud[0])), axis=-1) + 1  # the upper corner of each cell
    return sum((np.array(point) >= corners).all(axis=-1) for point in cloud).astype(bool).sum()


@given(st.integers(1, 5).flatmap(clouds))
def test_hypervolume_counts_the_unit_cells_that_are_dominated_after_each_point(cloud):
    expected = [cells(cloud[:n]) for n in range(1, len(cloud) + 1)]
    assert hypervolumes(cloud, [0.0] * len(cloud[0])) == pytest.approx(expected)


@pytest.mark.parametrize("m", [2, 3, 4])
def test_hypervolume_is_the_share_of_random_points_that_are_dominated(m):
    rng = np.random.default_rng(m)
    points, samples = rng.random((30, m)), rng.random((40_000, m))
    dominated = np.zeros(len(samples), bool)
    for point in points:
        dominated |= (samples <= point).all(axis=1)
    assert hypervolumes(points, [0.0] * m)[-1] == pytest.approx(dominated.mean(), abs=0.01)  # 4 standard errors


def test_what_is_no_better_than_the_reference_in_one_objective_adds_nothing():
    assert hypervolumes([(5.0, 3.0, 9.0), (6.0, 2.0, 9.0), (6.0, 5.0, 4.0)], (5.0, 3.0, 1.0)) == [0.0, 0.0, 6.0]


def test_the_order_of_the_points_does_not_matter():
    points = np.random.default_rng(0).random((40, 3))
    assert hypervolumes(points, [0.0] * 3)[-1] == pytest.approx(hypervolumes(points[::-1], [0.0] * 3)[-1])
