"""Frontiers and hypervolume, by their definitions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug.analysis.figures import hypervolume_figure
from nasplug.analysis.pareto import Reference, hypervolume, hypervolume_curve, pareto_front, pareto_trials
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


def test_the_hypervolume_is_drawn_where_its_trial_stands_among_the_trainings():
    def trial(number, accuracy):
        found = accuracy and Evaluation(accuracy, 1.0)
        state, error = ("complete", None) if found else ("failed", "lost")
        a = Architecture("toy", (number,))
        return Trial(number, a, state, found or None, error, "search", 0.0, 1.0, latency=10.0 - number)

    made = [trial(0, 50.0), trial(1, 0.0), trial(2, 60.0), trial(3, 0.0), trial(4, 70.0)]
    (line,) = hypervolume_figure({"run": made}, "").axes[0].lines
    assert line.get_xdata().tolist() == [1, 3, 5]


def test_a_run_without_latency_has_no_frontier():
    trial = Trial(0, Architecture("toy", (1,)), "complete", Evaluation(50, 1), None, "search", 0.0, 1.0)
    assert pareto_trials([trial]) == []
