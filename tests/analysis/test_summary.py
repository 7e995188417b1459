"""Summaries are NumPy's statistics of the repeats that report something."""

import numpy as np
from trials_table import table

from nasplug.analysis.curves import curves
from nasplug.analysis.summary import costs_nothing, summary


def test_a_place_is_described_by_the_repeats_that_have_a_complete_trial():
    statistics = summary(curves(table(a=[[np.nan, np.nan, 60.0], [np.nan, 50.0, 70.0]])))
    rows = statistics[statistics["by"] == "trainings"]
    assert rows["x"].tolist() == [2.0, 3.0]
    assert rows["repeats"].tolist() == [1, 2]
    assert rows["mean"].tolist() == [50.0, 65.0]


def test_a_strategy_that_cost_nothing_takes_no_other_from_the_summary_by_cost():
    trials = table(free=[[50.0, 60.0]], paid=[[50.0, 60.0]])
    trials.loc[trials["strategy"] == "free", "cost"] = 0.0
    statistics = summary(curves(trials))
    assert set(statistics[statistics["by"] == "cost"]["strategy"]) == {"paid"}
    assert set(statistics[statistics["by"] == "trainings"]["strategy"]) == {"free", "paid"}


def test_a_strategy_costs_nothing_if_one_of_its_repeats_does():
    trials = table(a=[[50.0], [60.0]], b=[[50.0], [60.0]])
    trials.loc[(trials["strategy"] == "a") & (trials["repeat"] == 1), "cost"] = 0.0
    assert [costs_nothing(c) for c in curves(trials)] == [True, False]


def test_the_summary_is_numpys():
    values = np.sort(np.random.default_rng(0).uniform(50, 90, (9, 4)), axis=1)
    statistics = summary(curves(table(a=values.tolist())))
    rows = statistics[statistics["by"] == "trainings"]
    np.testing.assert_allclose(rows["mean"], values.mean(axis=0))
    np.testing.assert_allclose(rows["std"], values.std(axis=0, ddof=1))
    for name, q in (("q25", 0.25), ("median", 0.5), ("q75", 0.75)):
        np.testing.assert_allclose(rows[name], np.quantile(values, q, axis=0))
    assert statistics.columns.tolist() == ["strategy", "by", "x", "repeats", "mean", "std", "q25", "median", "q75"]
