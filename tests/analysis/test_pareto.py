"""Frontiers and hypervolume, by their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug.analysis.pareto import (
    Reference,
    hypervolume,
    hypervolume_curve,
    hypervolume_curve_of,
    pareto_front,
    pareto_trials,
    timed_trials,
    worst_point,
)
from nasplug.types import Architecture, Evaluation, Trial

point = st.tuples(st.integers(1, 20), st.integers(1, 20))
clouds = st.lists(point, min_size=1, max_size=40)
WORST = Reference(latency=21.0, accuracy=0.0)


def dominates(a, b):
    return a[0] <= b[0] and a[1] >= b[1] and a != b


@given(clouds)
def test_the_frontier_is_what_nothing_dominates_and_each_point_once(cloud):
    front = [cloud[i] for i in pareto_front([x for x, _ in cloud], [y for _, y in cloud])]
    assert set(front) == {p for p in cloud if not any(dominates(q, p) for q in cloud)}
    assert front == sorted(set(front))


@given(clouds)
def test_hypervolume_counts_the_unit_squares_that_are_dominated(cloud):
    squares = sum(any(x <= column and y >= row + 1 for x, y in cloud) for column in range(1, 21) for row in range(20))
    assert hypervolume([x for x, _ in cloud], [y for _, y in cloud], WORST) == pytest.approx(squares)


@given(clouds)
def test_hypervolume_over_trials_is_that_of_every_beginning(cloud):
    xs, ys = [x for x, _ in cloud], [y for _, y in cloud]
    over = hypervolume_curve(xs, ys, WORST)
    assert over == pytest.approx([hypervolume(xs[:n], ys[:n], WORST) for n in range(1, len(cloud) + 1)])


def test_a_point_at_the_reference_dominates_nothing():
    assert hypervolume([21.0], [5.0], WORST) == 0.0
    assert hypervolume([5.0], [0.0], WORST) == 0.0
    assert hypervolume_curve([21.0, 20.0], [5.0, 1.0], WORST) == [0.0, 1.0]


def trial(number, accuracy, latency=None, purpose="search"):
    a, evaluation = Architecture("toy", (number,)), accuracy and Evaluation(accuracy, 1.0)
    state, error = ("complete", None) if evaluation else ("failed", "lost")
    return Trial(number, a, state, evaluation or None, error, purpose, 0.0, 1.0, latency=latency)


def test_only_complete_search_trials_with_a_latency_are_on_the_frontier():
    timed = [trial(0, 60.0, 5.0), trial(1, 70.0, 6.0), trial(2, 65.0, 7.0)]
    others = [trial(3, 99.0), trial(4, None, 1.0), trial(5, 99.0, 1.0, "final")]
    assert timed_trials([*timed, *others]) == timed
    assert [t.number for t in pareto_trials([*timed[::-1], *others])] == [0, 1]


def test_the_hypervolume_of_a_run_is_measured_from_its_slowest_latency_and_lowest_accuracy():
    timed = [trial(0, 60.0, 5.0), trial(1, 70.0, 9.0), trial(2, 80.0, 6.0)]
    assert worst_point(timed) == Reference(9.0, 60.0)
    assert hypervolume_curve_of(timed) == [0.0, 0.0, 3.0 * 20.0]


def test_a_run_without_latency_has_no_frontier():
    assert pareto_trials([trial(0, 50.0)]) == []
