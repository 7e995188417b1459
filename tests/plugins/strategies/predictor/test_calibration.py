"""Scores to percent and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasplug_strategies.predictor.calibration import Calibration
from scipy import stats

labels = st.lists(st.integers(0, 100_000).map(lambda y: y / 1000), min_size=2, max_size=40).filter(np.ptp)


@given(labels, st.sampled_from(["linear", "ranks"]))
def test_percent_undoes_score_and_keeps_every_order(values, kind):
    y = np.array(values)
    curve = getattr(Calibration, kind)(y)
    assert curve.percent(curve.score(y)) == pytest.approx(y, abs=0.5 if kind == "ranks" else 1e-9)
    grid = np.linspace(-6, 6, 101)
    assert (np.diff(curve.percent(grid)) > 0).all()


def test_linear_standardises():
    y = np.array([90.0, 92.0, 94.0])
    score = Calibration.linear(y).score(y)
    assert (score.mean(), score.std()) == pytest.approx((0, 1))


def test_equal_labels_have_one_score():
    curve = Calibration.ranks(np.array([50.0, 50.0, 70.0, 70.0, 90.0]))
    assert len(curve.scores) == 3
    assert curve.percent(curve.score(np.array([50.0, 70.0, 90.0]))) == pytest.approx([50, 70, 90])


def test_crowded_labels_are_noisier_as_scores():
    y = np.concatenate((np.linspace(80, 94, 40), np.linspace(94, 94.5, 40)))
    noise = Calibration.ranks(y).noise(Calibration.ranks(y).score(y))
    assert noise[50:].min() > 5 * noise[:30].max()
    assert noise.mean() == pytest.approx(1, abs=0.05)


def test_a_straight_line_is_equally_noisy_everywhere():
    assert Calibration.linear(np.array([90.0, 92.0, 97.0])).noise(np.linspace(-3, 3, 9)) == pytest.approx(1)


@given(labels)
def test_noise_is_positive_and_bounded(values):
    curve = Calibration.ranks(np.array(values))
    noise = curve.noise(curve.scores)
    assert noise.min() > 1e-4
    assert noise.max() < 1e3


def test_linear_gives_the_mean_and_one_deviation_and_goes_straight_on():
    curve = Calibration.linear(np.array([80.0, 90.0, 100.0]))
    deviation = np.sqrt(200 / 3)
    assert curve.percent(np.array([0.0, 1.0, -1.0, 3.0])) == pytest.approx(90 + deviation * np.array([0, 1, -1, 3]))
    assert curve.score(np.array([90.0 + 2 * deviation, 90.0 - 5 * deviation])) == pytest.approx([2.0, -5.0])


def test_ranks_gives_normal_quantiles_and_a_tenth_of_the_slope_beyond():
    y = np.array([93.0, 90.0, 94.0, 90.5])
    curve, quantiles = Calibration.ranks(y), stats.norm.ppf([0.125, 0.375, 0.625, 0.875])
    assert curve.scores == pytest.approx(quantiles)
    assert curve.accuracies.tolist() == [90.0, 90.5, 93.0, 94.0]
    assert curve.slope == pytest.approx(0.1 * 4.0 / (quantiles[3] - quantiles[0]))
    ends = curve.percent(np.array([quantiles[0] - 1.0, quantiles[3] + 2.0]))
    assert ends == pytest.approx([90.0 - curve.slope, 94.0 + 2 * curve.slope])
    assert curve.percent((quantiles[1:] + quantiles[:-1]) / 2) == pytest.approx([90.25, 91.75, 93.5])
    assert curve.score(np.array([91.75, 94.0 + curve.slope])) == pytest.approx([0.0, quantiles[3] + 1.0])


def test_equal_labels_share_the_quantile_of_their_mean_rank():
    assert Calibration.ranks(np.array([50.0, 70.0, 50.0])).scores == pytest.approx(stats.norm.ppf([1 / 3, 5 / 6]))


def test_noise_is_the_scores_a_percent_around_each_corner():
    """Five corners: two to either side of each, cut at the ends."""
    curve = Calibration(np.arange(5.0), np.array([0.0, 1.0, 2.0, 6.0, 14.0]), 1.0)
    steepness = np.array([2 / 2, 3 / 6, 4 / 14, 3 / 13, 2 / 12])
    assert curve.noise(np.arange(5.0)) == pytest.approx(steepness / steepness.mean())
    assert curve.noise(np.array([0.5])) == pytest.approx((1 + 0.5) / 2 / steepness.mean())


def test_noise_is_taken_over_a_fifth_of_a_long_curve():
    y = np.concatenate((np.zeros(20), np.ones(20))).cumsum() + np.arange(40) * 1e-3
    curve = Calibration(np.arange(40.0), y, 1.0)
    steepness = [(min(i + 4, 39) - max(i - 4, 0)) / (y[min(i + 4, 39)] - y[max(i - 4, 0)]) for i in range(40)]
    relative = np.clip(np.array(steepness) / np.median(steepness), 1 / 30, 30)
    assert curve.noise(curve.scores) == pytest.approx(relative / relative.mean())
    assert max(relative) == 30


@pytest.mark.parametrize(("scores", "accuracies"), [([0.0, 1.0], [90.0]), ([[0.0]], [[90.0]])])
def test_a_curve_without_a_label_for_each_score_is_refused(scores, accuracies):
    with pytest.raises(ValueError, match="wanted a label for each score"):
        Calibration(np.array(scores), np.array(accuracies), 1.0)


def test_no_part_of_the_curve_counts_as_more_than_thirty_times_less_noisy_than_its_middle():
    y = np.concatenate((np.linspace(0, 90, 20), np.linspace(91, 92, 60)))  # a wide flat beginning
    curve = Calibration.ranks(y)
    noise = curve.noise(curve.scores)
    assert noise.min() / np.median(noise) == pytest.approx(1 / 30)
