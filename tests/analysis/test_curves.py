"""Curves, summaries, levels and speed-ups of tables that are known by heart."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nasplug.analysis.curves import by_cost, curves
from nasplug.analysis.levels import default_levels, trainings_to
from nasplug.analysis.speedups import speedups
from nasplug.analysis.summary import summary
from nasplug.errors import UsageError


def table(**reported):
    """Returns the tidy table of strategies whose repeats report the given lists; a training costs 10 s."""
    rows = [
        {"strategy": name, "repeat": r, "number": i, "purpose": "search", "cost": 10.0, "reported": value}
        for name, repeats in reported.items()
        for r, values in enumerate(repeats)
        for i, value in enumerate(values)
    ]
    return pd.DataFrame(rows)


def test_a_curve_keeps_what_it_has_where_a_repeat_ends_early():
    (c,) = curves(table(a=[[50.0, 60.0, 70.0], [40.0, 80.0]]))
    assert c.reported.tolist() == [[50.0, 60.0, 70.0], [40.0, 80.0, 80.0]]
    assert c.cost.tolist() == [[10.0, 20.0, 30.0], [10.0, 20.0, 20.0]]


def test_nothing_is_reported_before_the_first_complete_trial():
    (c,) = curves(table(a=[[np.nan, 60.0], [50.0, 70.0]]))
    assert np.isnan(c.reported[0, 0])
    found = summary([c])
    first = found[found["by"] == "trainings"].iloc[0]
    assert (first["repeats"], first["mean"]) == (1, 50.0)


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


def test_a_strategy_that_cost_nothing_takes_no_other_from_the_summary_by_cost():
    trials = table(free=[[50.0, 60.0]], paid=[[50.0, 60.0]])
    trials.loc[trials["strategy"] == "free", "cost"] = 0.0
    found = summary(curves(trials))
    assert set(found[found["by"] == "cost"]["strategy"]) == {"paid"}
    assert set(found[found["by"] == "trainings"]["strategy"]) == {"free", "paid"}


def test_the_summary_is_numpys():
    values = np.sort(np.random.default_rng(0).uniform(50, 90, (9, 4)), axis=1)
    found = summary(curves(table(a=values.tolist())))
    rows = found[found["by"] == "trainings"]
    np.testing.assert_allclose(rows["mean"], values.mean(axis=0))
    np.testing.assert_allclose(rows["std"], values.std(axis=0, ddof=1))
    for name, q in (("q25", 0.25), ("median", 0.5), ("q75", 0.75)):
        np.testing.assert_allclose(rows[name], np.quantile(values, q, axis=0))


def test_by_cost_a_training_counts_when_it_is_finished():
    (c,) = curves(table(a=[[50.0, 60.0]]))
    axis, (values,) = by_cost([c])
    assert axis[-1] == 20.0
    assert np.isnan(values[0][axis < 10.0]).all()
    assert (values[0][(axis >= 10.0) & (axis < 20.0)] == 50.0).all()
    assert values[0][-1] == 60.0


def test_levels_count_trainings_and_say_how_many_repeats_reach_them():
    found = trainings_to(curves(table(a=[[50.0, 70.0, 90.0], [50.0, 60.0, 60.0]])), [60.0, 80.0])
    assert found["mean_curve"].tolist() == [2.0, np.inf]
    assert found["reached"].tolist() == [1.0, 0.5]
    assert found["median"].tolist() == [2.0, np.inf]


def test_default_levels_are_where_the_strategies_end():
    assert default_levels(curves(table(a=[[50.0, 61.239]], b=[[50.0, 70.0]]))) == [61.23, 70.0]


def test_a_strategy_twice_as_fast_is_twice_as_fast():
    found = speedups(curves(table(slow=[[50.0, 50.0, 50.0, 90.0]] * 3, fast=[[50.0, 90.0, 90.0, 90.0]] * 3)), [90.0])
    row = found[(found["strategy"] == "fast") & (found["than"] == "slow")].iloc[0]
    assert (row["factor"], row["low"], row["high"]) == (2.0, 2.0, 2.0)


def test_one_repeat_has_a_factor_and_no_interval():
    found = speedups(curves(table(a=[[50.0, 90.0]], b=[[90.0, 90.0]])), [90.0])
    assert found["factor"].tolist() == [0.5, 2.0]
    assert found["low"].isna().all()


@pytest.mark.parametrize(("repeats", "end"), [(100, 94.5), (10, 94.4), (7, 94.3), (30, 93.1)])
def test_repeats_that_all_end_alike_reach_their_mean_in_every_resample(repeats, end):
    found = curves(table(a=[[50.0, end]] * repeats, b=[[50.0, 50.0, 50.0, end]] * repeats))
    levels = default_levels(found)
    assert levels == [end]
    assert trainings_to(found, levels)["mean_curve"].tolist() == [2.0, 4.0]
    faster = speedups(found, levels).iloc[0]
    assert (faster["factor"], faster["low"], faster["high"]) == (2.0, 2.0, 2.0)


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_the_interval_of_two_samples_of_one_law_contains_1_nearly_always_and_low_is_below_high(seed):
    rng = np.random.default_rng(seed)
    draw = lambda: np.maximum.accumulate(rng.uniform(50, 90, (20, 30)), axis=1).tolist()  # noqa: E731
    for row in speedups(curves(table(a=draw(), b=draw())), [80.0]).itertuples():
        assert row.low <= row.factor <= row.high


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
