"""Speed-ups: factors between strategies, and their bootstrap intervals."""

from math import ceil, inf

import numpy as np
import pytest
from trials_table import table

from nasplug.analysis.curves import curves
from nasplug.analysis.levels import default_levels, trainings_to
from nasplug.analysis.speedups import speedups
from nasplug.types import Objective


def test_a_strategy_twice_as_fast_is_twice_as_fast():
    factors = speedups(curves(table(slow=[[50.0, 50.0, 50.0, 90.0]] * 3, fast=[[50.0, 90.0, 90.0, 90.0]] * 3)), [90.0])
    row = factors[(factors["strategy"] == "fast") & (factors["than"] == "slow")].iloc[0]
    assert (row["factor"], row["low"], row["high"]) == (2.0, 2.0, 2.0)


def test_speed_ups_of_what_is_to_be_low_count_the_way_down():
    reported = table(slow=[[90.0, 90.0, 90.0, 50.0]] * 3, fast=[[90.0, 50.0, 50.0, 50.0]] * 3)
    factors = speedups(curves(reported, Objective("perplexity", direction="min")), [50.0])
    assert factors["factor"].tolist() == [0.5, 2.0]


def test_one_repeat_has_a_factor_and_no_interval():
    factors = speedups(curves(table(a=[[50.0, 90.0]], b=[[90.0, 90.0]])), [90.0])
    assert factors["factor"].tolist() == [0.5, 2.0]
    assert factors["low"].isna().all()


@pytest.mark.parametrize(("repeats", "end"), [(100, 94.5), (10, 94.4), (7, 94.3), (30, 93.1)])
def test_repeats_that_all_end_alike_reach_their_mean_in_every_resample(repeats, end):
    strategies = curves(table(a=[[50.0, end]] * repeats, b=[[50.0, 50.0, 50.0, end]] * repeats))
    levels = default_levels(strategies)
    assert levels == [end]
    assert trainings_to(strategies, levels)["mean_curve"].tolist() == [2.0, 4.0]
    faster = speedups(strategies, levels).iloc[0]
    assert (faster["factor"], faster["low"], faster["high"]) == (2.0, 2.0, 2.0)


def of_one_law(seed, repeats=12, trainings=20):
    """Returns repeats of random search in a uniform space."""
    accuracies = np.random.default_rng(seed).uniform(50, 90, (repeats, trainings))
    return np.maximum.accumulate(accuracies, axis=1).tolist()


def reference_interval(strategy, than, level):
    """Returns the bounds as the definition has them: resample by resample, in plain Python."""
    count = len(strategy)
    weights = np.random.default_rng(0).multinomial(count, [1 / count] * count, 2000) / count
    factors = []
    for weight in weights:
        means = [
            [sum(w * c[i] for w, c in zip(weight, s, strict=True)) for i in range(len(s[0]))] for s in (strategy, than)
        ]
        first, second = (next((i for i, value in enumerate(mean, 1) if value >= level), inf) for mean in means)
        if (first, second) != (inf, inf):
            factors.append(second / first)
    factors.sort()
    return factors[ceil(0.025 * len(factors)) - 1], factors[ceil(0.975 * len(factors)) - 1]


def test_the_interval_is_the_middle_of_the_paired_resamples():
    a, b = of_one_law(1, 5, 6), of_one_law(2, 5, 6)
    row = speedups(curves(table(a=a, b=b)), [76.0]).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx(reference_interval(a, b, 76.0))
    assert row["low"] < row["factor"] < row["high"]


def test_the_interval_of_two_samples_of_one_law_nearly_always_contains_1():
    pairs = [speedups(curves(table(a=of_one_law(2 * i), b=of_one_law(2 * i + 1))), [80.0]).iloc[0] for i in range(30)]
    inside = sum(row["low"] <= 1.0 <= row["high"] for row in pairs)
    assert 26 <= inside < 30  # about 19 of 20; and no interval is so wide that it is never wrong


def test_the_interval_of_a_law_that_is_much_faster_excludes_1():
    slow = [[50.0] * 10 + repeat for repeat in of_one_law(1)]
    row = speedups(curves(table(fast=of_one_law(0), slow=slow)), [80.0]).iloc[0]
    assert (row["strategy"], row["low"] > 1.0) == ("fast", True)


def test_a_strategy_is_as_fast_as_itself_in_every_resample():
    factors = speedups(curves(table(a=of_one_law(3), b=of_one_law(3))), [80.0])
    assert factors[["factor", "low", "high"]].to_numpy().tolist() == [[1.0] * 3] * 2


def test_a_level_that_one_strategy_never_reaches_has_no_row():
    factors = speedups(curves(table(a=[[50.0, 90.0]], b=[[50.0, 60.0]])), [60.0, 80.0])
    assert factors["level"].tolist() == [60.0, 60.0]


def test_the_interval_is_open_where_resamples_of_the_other_strategy_do_not_reach_the_level():
    than = [[50.0, 50.0, 90.0], [50.0, 50.0, 50.0], [50.0, 50.0, 90.0]]
    row = speedups(curves(table(a=[[50.0, 90.0, 90.0]] * 3, b=than)), [70.0]).iloc[0]
    assert (row["factor"], row["low"], row["high"]) == (1.5, 1.5, inf)


def test_resamples_need_every_repeat_to_report():
    later = [[np.nan, 90.0], [90.0, 90.0], [90.0, 90.0]]
    row = speedups(curves(table(a=later, b=[[90.0, 90.0]] * 3)), [80.0]).iloc[0]
    assert (row["factor"], row["low"], row["high"]) == (0.5, 0.5, 0.5)
