"""Levels: after how many trainings a strategy reaches them."""

import numpy as np
from trials_table import table

from nasplug.analysis.curves import curves
from nasplug.analysis.levels import default_levels, first_reached, trainings_to
from nasplug.types import Objective


def test_levels_count_trainings_and_say_how_many_repeats_reach_them():
    trainings = trainings_to(curves(table(a=[[50.0, 70.0, 90.0], [50.0, 60.0, 60.0]])), [60.0, 80.0])
    assert trainings["mean_curve"].tolist() == [2.0, np.inf]
    assert trainings["reached"].tolist() == [1.0, 0.5]
    assert trainings["median"].tolist() == [2.0, np.inf]


def test_quartiles_are_numbers_of_trainings_that_some_repeat_needed():
    repeats = [[50.0] * needed + [90.0] * (5 - needed) for needed in (0, 1, 3, 4)]
    row = trainings_to(curves(table(a=repeats)), [90.0]).iloc[0]
    assert (row["q25"], row["median"], row["q75"]) == (2.0, 4.0, 5.0)  # of 1, 2, 4 and 5 the next higher


def test_a_level_is_reached_by_a_mean_that_is_a_rounding_error_below_it():
    np.testing.assert_array_equal(
        first_reached(np.array([[50.0, 60.0 - 1e-10], [50.0, 60.0 - 1e-8]]), 60.0), [2, np.inf]
    )


def test_what_is_not_reported_reaches_no_level():
    np.testing.assert_array_equal(first_reached(np.array([[np.nan, 50.0], [np.nan, np.nan]]), 40.0), [2.0, np.inf])


def test_default_levels_are_where_the_strategies_end():
    assert default_levels(curves(table(a=[[50.0, 61.239]], b=[[50.0, 70.0]]))) == [61.23, 70.0]


def test_default_levels_are_ascending_and_each_once():
    assert default_levels(curves(table(a=[[70.001]], b=[[60.0]], c=[[70.009]]))) == [60.0, 70.0]


PERPLEXITY, F1 = Objective("perplexity", direction="min"), Objective("F1")


def test_a_level_of_which_less_is_better_is_reached_from_above():
    shown = curves(table(a=[[90.0, 50.0, 40.0], [90.0, 80.0, 80.0]]), PERPLEXITY)
    trainings = trainings_to(shown, [80.0, 50.0])
    assert trainings["mean_curve"].tolist() == [2.0, np.inf]
    assert trainings["reached"].tolist() == [1.0, 0.5]


def test_default_levels_of_other_objectives_have_four_digits_and_are_no_better_than_the_ends():
    assert default_levels(curves(table(a=[[36.4123]], b=[[120.0]]), PERPLEXITY)) == [120.0, 36.42]
    assert default_levels(curves(table(a=[[0.87239]], b=[[0.0]]), F1)) == [0.0, 0.8723]
