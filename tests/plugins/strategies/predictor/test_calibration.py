"""Scores to percent and back."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasplug_strategies.predictor.calibration import Calibration

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
    found = curve.noise(curve.scores)
    assert found.min() > 1e-4
    assert found.max() < 1e3
