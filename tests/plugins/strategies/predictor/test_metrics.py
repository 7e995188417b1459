"""Metrics on cases that can be counted by hand."""

import math

import pytest
from nasplug_strategies.predictor.metrics import all_metrics, r_squared, regret, spearman

from nasplug.analysis.figures import kendall_tau


def test_a_perfect_prediction():
    y = [90.0, 92.0, 91.0, 94.0]
    assert all_metrics(y, y, 1) == pytest.approx({"mse": 0, "tau": 1, "spearman": 1, "r2": 1, "regret": 0})


def test_tau_counts_pairs():
    assert kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx((5 - 1) / 6)


def test_a_constant_orders_nothing():
    assert kendall_tau([1, 1, 1], [1, 2, 3]) == spearman([1, 1, 1], [1, 2, 3]) == 0
    assert math.isnan(r_squared([1, 2], [5, 5]))


def test_regret_looks_at_the_best_predicted_only():
    assert regret([3, 2, 1], [90, 95, 99], 1) == 9
    assert regret([3, 2, 1], [90, 95, 99], 2) == 4
    assert regret([3, 2, 1], [90, 95, 99], 3) == 0
