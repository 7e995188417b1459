"""Bounds that can be checked before an evaluation."""

import math

import pytest

from nasplug.errors import UsageError
from nasplug.experiments.profile.bounds import bounds_of, check_names, labelled


def test_a_window_is_one_bound_before_the_limits():
    bounds = bounds_of(["parameters<=4e6", "depth>=3"], "pixel1", (75.0, 85.0))
    assert [bound.text for bound in bounds] == ["75:85 ms on pixel1", "parameters<=4e+06", "depth>=3"]
    assert [bound.name for bound in bounds] == ["latency", "parameters", "depth"]


@pytest.mark.parametrize(("latency", "inside"), [(74.9, False), (75.0, True), (85.0, True), (85.1, False)])
def test_both_ends_of_a_window_are_inside(latency, inside):
    (bound,) = bounds_of([], "pixel1", (75.0, 85.0))
    assert bound.keeps({"latency": latency}) is inside


def test_what_is_not_known_is_not_inside():
    (bound,) = bounds_of(["parameters<=4e6"], None, None)
    assert not bound.keeps({})
    assert not bound.keeps({"parameters": math.nan})


def test_the_nearest_value_is_that_with_the_smallest_distance_to_either_end():
    (bound,) = bounds_of([], "pixel1", (75.0, 85.0))
    assert bound.nearest([60.0, 88.0, 120.0]) == 88.0
    assert bound.nearest([60.0, 98.0, 120.0]) == 98.0
    assert bound.nearest([]) is None


def test_a_wrong_limit_is_one_message():
    with pytest.raises(UsageError, match="A limit is NAME<=NUMBER"):
        bounds_of(["parameters<4e6"], None, None)


def test_a_figure_that_is_not_known_without_an_evaluation_is_refused_with_those_that_are():
    with pytest.raises(UsageError) as told:
        check_names(bounds_of(["parameter<=1"], None, None), ["parameters", "depth"], "mine")
    for part in (
        "The space 'mine' does not know parameter without an evaluation, so that parameter<=1 cannot be checked.",
        "Did you mean 'parameters'?",
        "It knows parameters, depth. With --device it knows latency.",
        "A run checks limits on other figures after each evaluation.",
    ):
        assert part in str(told.value)
    with pytest.raises(UsageError, match="It knows latency. A run checks"):
        check_names(bounds_of(["loss<=1"], None, None), ["latency"], "mine")
    check_names(bounds_of(["depth<=1"], None, None), ["parameters", "depth"], "mine")


def test_figures_have_their_units_in_tables():
    assert [labelled(name) for name in ("latency", "parameters")] == ["latency (ms)", "parameters"]
