"""Curves of tables that are known by heart."""

import numpy as np
import pytest
from trials_table import table

from nasplug.analysis.curves import by_cost, curves
from nasplug.errors import UsageError


def test_a_curve_keeps_what_it_has_where_a_repeat_ends_early():
    (c,) = curves(table(a=[[50.0, 60.0, 70.0], [40.0, 80.0]]))
    assert c.reported.tolist() == [[50.0, 60.0, 70.0], [40.0, 80.0, 80.0]]
    assert c.cost.tolist() == [[10.0, 20.0, 30.0], [10.0, 20.0, 20.0]]


def test_the_order_of_the_rows_does_not_matter():
    trials = table(a=[[50.0, 60.0, 70.0], [40.0, 80.0]])
    trials["cost"] = [1.0, 2.0, 3.0, 4.0, 5.0]
    (c,) = curves(trials.iloc[::-1])
    assert c.reported.tolist() == [[50.0, 60.0, 70.0], [40.0, 80.0, 80.0]]
    assert c.cost.tolist() == [[1.0, 3.0, 6.0], [4.0, 9.0, 9.0]]
    assert c.lengths.tolist() == [3, 2]


def test_final_evaluations_are_no_part_of_a_curve():
    trials = table(a=[[50.0, 60.0]])
    trials.loc[1, "purpose"] = "final"
    assert curves(trials)[0].reported.tolist() == [[50.0]]


def test_a_training_without_a_cost_costs_nothing():
    trials = table(a=[[50.0, 60.0, 70.0]])
    trials.loc[1, "cost"] = np.nan
    assert curves(trials)[0].cost.tolist() == [[10.0, 10.0, 20.0]]


def test_nothing_is_reported_before_the_first_complete_trial():
    (c,) = curves(table(a=[[np.nan, 60.0], [50.0, 70.0]]))
    np.testing.assert_array_equal(c.reported, [[np.nan, 60.0], [50.0, 70.0]])
    np.testing.assert_array_equal(c.mean, [np.nan, 65.0])


def test_a_final_evaluation_that_failed_is_not_hidden_behind_the_one_before():
    (c,) = curves(table(a=[[50.0, np.nan, 70.0], [40.0, 80.0]]))
    np.testing.assert_array_equal(c.reported, [[50.0, np.nan, 70.0], [40.0, 80.0, 80.0]])
    np.testing.assert_array_equal(c.mean, [45.0, np.nan, 75.0])
    with pytest.raises(UsageError, match=r"1 of 2 repeats of 'a' report nothing in the end \(1\)"):
        curves(table(a=[[50.0, 60.0], [40.0, np.nan]]))


def test_the_deviation_of_repeats_is_that_of_a_sample_and_none_of_a_single_one():
    two, one = curves(table(a=[[50.0, 60.0], [54.0, 60.0]], b=[[50.0, 60.0]]))
    np.testing.assert_allclose(two.std, [8**0.5, 0.0])
    assert one.std.tolist() == [0.0, 0.0]


def test_by_cost_a_training_counts_when_it_is_finished():
    (c,) = curves(table(a=[[50.0, 60.0]]))
    axis, (values,) = by_cost([c])
    assert axis[-1] == 20.0
    assert np.isnan(values[0][axis < 10.0]).all()
    assert (values[0][(axis >= 10.0) & (axis < 20.0)] == 50.0).all()
    assert values[0][-1] == 60.0


def test_the_axis_of_cost_ends_where_the_last_strategy_does_and_a_strategy_where_its_cheapest_repeat_does():
    all_curves = curves(table(short=[[50.0], [50.0, 60.0]], long=[[50.0] * 4]))
    axis, (short, long) = by_cost(all_curves)
    assert (len(axis), axis[0], axis[-1]) == (200, pytest.approx(0.2), 40.0)
    assert np.isfinite(short[:, axis == 10.0]).all()
    assert np.isnan(short[:, axis > 10.0]).all()
    assert np.isfinite(long[:, axis >= 10.0]).all()


@pytest.mark.parametrize(
    ("trials", "message"),
    [
        (table(a=[[50.0]]).drop(columns="reported"), "lacks the columns reported"),
        (table(a=[[50.0]]).iloc[:0], "the table is empty"),
        (table(a=[[np.nan]], b=[[50.0]]), "1 of 1 repeats of 'a' report nothing"),
        (table(a=[[50.0, np.nan]]), "1 of 1 repeats of 'a' report nothing"),
    ],
)
def test_a_table_that_cannot_be_compared_is_refused(trials, message):
    with pytest.raises(UsageError, match=message):
        curves(trials)


def test_many_repeats_without_an_end_are_not_all_listed():
    with pytest.raises(UsageError, match=r"\(0, 1, 2, 3, 4, …\)"):
        curves(table(a=[[np.nan]] * 6))
    with pytest.raises(UsageError, match=r"\(0, 1, 2, 3, 4\)"):
        curves(table(a=[[np.nan]] * 5))
