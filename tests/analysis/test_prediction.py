"""Kendall's τ of predictions."""

import math

import pytest

from nasplug.analysis.prediction import Prediction, kendall_tau


def test_tau_counts_pairs_in_order_less_pairs_out_of_order():
    assert kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx((5 - 1) / 6)
    assert kendall_tau([1, 2, 3], [9, 5, 1]) == -1.0


def test_ties_are_those_of_tau_b():
    assert kendall_tau([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(5 / math.sqrt(5 * 6))


@pytest.mark.parametrize(("a", "b"), [([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [7, 7, 7])])
def test_a_constant_side_ranks_nothing(a, b):
    assert kendall_tau(a, b) == 0.0


@pytest.mark.filterwarnings("ignore")  # SciPy warns of samples without values
@pytest.mark.parametrize(("a", "b"), [([], []), ([1, math.nan, 3], [1, 2, 3])])
def test_no_value_or_one_that_is_no_number_has_no_tau(a, b):
    assert math.isnan(kendall_tau(a, b))


def test_a_prediction_has_the_tau_of_predicted_and_measured():
    assert Prediction(4, [4, 5, 6], [1.0, 2.0, 3.0], [1.0, 3.0, 2.0]).tau == pytest.approx(1 / 3)
