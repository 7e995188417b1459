"""Fronts by their definition, and how a plane shows a run."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nasplug.analysis.pareto import Plane, pareto_front
from nasplug.engine.objectives import Goal
from nasplug.types import Architecture, Evaluation, Trial

point = st.tuples(st.integers(1, 20), st.integers(1, 20))
clouds = st.lists(point, min_size=1, max_size=40)


def dominates(a, b):
    return a[0] <= b[0] and a[1] >= b[1] and a != b


@given(clouds)
def test_the_frontier_is_what_nothing_dominates_and_each_point_once(cloud):
    front = [cloud[i] for i in pareto_front([x for x, _ in cloud], [y for _, y in cloud])]
    assert set(front) == {p for p in cloud if not any(dominates(q, p) for q in cloud)}
    assert front == sorted(set(front))


def trial(number, accuracy, latency=None, purpose="search", state="complete", **metrics):
    a, evaluation = Architecture("toy", (number,)), accuracy and Evaluation(accuracy, 1.0, metrics)
    state, error = (state, None) if evaluation else ("failed", "lost")
    return Trial(number, a, state, evaluation or None, error, purpose, 0.0, 1.0, latency=latency)


def numbers(trials):
    return [t.number for t in trials]


LATENCY = Plane()
F1 = Plane.of(Goal.of(["accuracy", "f1"], []))
LOSS = Plane.of(Goal.of(["loss", "parameters"], []))


def test_only_complete_search_trials_with_both_figures_are_shown():
    timed = [trial(0, 60.0, 5.0), trial(1, 70.0, 6.0), trial(2, 65.0, 7.0)]
    broken = trial(6, 99.0, 1.0, state="infeasible")
    others = [trial(3, 99.0), trial(4, None, 1.0), trial(5, 99.0, 1.0, "final"), broken]
    assert LATENCY.trials([*timed, *others]) == timed
    assert numbers(LATENCY.front([*timed[::-1], *others])) == [0, 1]
    assert LATENCY.broken([*timed, *others]) == [broken]


def test_the_hypervolume_of_a_run_is_measured_from_its_slowest_latency_and_lowest_accuracy():
    timed = [trial(0, 60.0, 5.0), trial(1, 70.0, 9.0), trial(2, 80.0, 6.0)]
    assert LATENCY.worst_point(timed) == [60.0, -9.0]
    assert LATENCY.hypervolumes(timed) == [0.0, 0.0, 3.0 * 20.0]


def test_a_run_without_latency_has_no_front():
    assert LATENCY.front([trial(0, 50.0)]) == []


def test_two_objectives_of_which_more_is_better_have_a_front_from_the_best_of_the_second_one():
    trials = [trial(0, 60.0, f1=0.9), trial(1, 80.0, f1=0.5), trial(2, 70.0, f1=0.7), trial(3, 65.0, f1=0.6)]
    assert numbers(F1.front(trials)) == [0, 2, 1]
    assert F1.hypervolumes(trials)[-1] == pytest.approx(10.0 * 0.2 + 0.0)
    assert F1.points(trials[:2]) == ([0.9, 0.5], [60.0, 80.0])


def test_two_objectives_of_which_less_is_better_have_a_front_from_the_least_of_the_second_one():
    trials = [
        trial(i, 50.0, loss=loss, parameters=size) for i, (loss, size) in enumerate([(3, 1), (1, 3), (2, 2), (3, 3)])
    ]
    assert numbers(LOSS.front(trials)) == [0, 2, 1]
    assert LOSS.hypervolumes(trials)[-1] == 1.0
    assert LOSS.worst_point(trials) == [-3.0, -3.0]


def test_with_three_objectives_the_front_is_that_of_all_of_them():
    plane = Plane.of(Goal.of(["accuracy", "latency", "f1"], []))
    trials = [trial(0, 60.0, 5.0, f1=0.1), trial(1, 70.0, 4.0, f1=0.1), trial(2, 60.0, 6.0, f1=0.9)]
    assert (plane.is_whole, numbers(plane.front(trials))) == (False, [1, 2])
    assert LATENCY.is_whole


def test_the_hypervolume_of_three_objectives_is_that_of_all_of_them():
    plane = Plane.of(Goal.of(["accuracy", "latency", "f1"], []))
    trials = [trial(0, 60.0, 6.0, f1=0.1), trial(1, 70.0, 4.0, f1=0.2), trial(2, 80.0, 5.0, f1=0.3)]
    assert plane.worst_point(trials) == [60.0, -6.0, 0.1]
    volumes = [0.0, 10.0 * 2.0 * 0.1, 10.0 * 2.0 * 0.1 + 20.0 * 1.0 * 0.2 - 10.0 * 1.0 * 0.1]
    assert plane.hypervolumes(trials) == pytest.approx(volumes)


@pytest.mark.parametrize(
    ("objectives", "unit"),
    [
        (["accuracy"], "% × ms"),
        (["accuracy", "f1"], "% × f1"),
        (["loss", "latency"], "loss × ms"),
        (["latency", "cost"], "ms × s"),
        (["accuracy", "parameters", "latency"], "% × parameters × ms"),
    ],
)
def test_a_hypervolume_has_the_units_of_all_its_objectives(objectives, unit):
    assert Plane.of(Goal.of(objectives, [])).unit == unit
