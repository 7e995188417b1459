"""A latency as a sum over layers."""

import numpy as np
import pytest
from nasplug_proxyless.additive_latency import AdditiveLatency
from nasplug_proxyless.operations import CHOICES, MOBILE

ROWS = [[10.0 * layer + operation for operation in range(choices)] for layer, choices in enumerate(CHOICES)]


def test_a_latency_is_the_bias_and_one_coefficient_for_each_layer():
    model = AdditiveLatency.from_rows(3, ROWS)
    codes = [MOBILE, (0,) * 22, (2, *[5] * 21)]
    tens = 10.0 * sum(range(22))
    assert model.latencies(codes).tolist() == [3.0 + tens + sum(code) for code in codes]
    assert model.latencies(np.array(MOBILE)).tolist() == [3.0 + tens + sum(MOBILE)]


def test_what_a_layer_cannot_choose_has_no_coefficient():
    coefficients = AdditiveLatency.from_rows(3, ROWS).coefficients
    assert coefficients.shape == (22, 7)
    assert [row[~np.isnan(row)].tolist() for row in coefficients] == ROWS
    assert np.isnan(AdditiveLatency.from_rows(3, ROWS).latencies([(3, *[0] * 21)])[0])


def test_the_bounds_are_those_of_the_fastest_and_the_slowest_choice_of_each_layer():
    falling = [[-value for value in row] for row in ROWS]
    tens, last = 10.0 * sum(range(22)), float(sum(CHOICES - 1))
    assert AdditiveLatency.from_rows(3, ROWS).bounds == (3.0 + tens, 3.0 + tens + last)
    assert AdditiveLatency.from_rows(3, falling).bounds == (3.0 - tens - last, 3.0 - tens)


@pytest.mark.parametrize("rows", [ROWS[1:], [*ROWS, [1.0]], [ROWS[0] + [1.0], *ROWS[1:]], [ROWS[0][1:], *ROWS[1:]], []])
def test_rows_that_do_not_belong_to_the_layers_are_refused(rows):
    with pytest.raises(ValueError, match=r"expected 22 rows of \[3, 6, 7, 7, 7, 6, .*\] coefficients"):
        AdditiveLatency.from_rows(3, rows)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_only_finite_numbers_are_milliseconds(value):
    with pytest.raises(ValueError, match="expected finite coefficients"):
        AdditiveLatency.from_rows(value, ROWS)
    with pytest.raises(ValueError, match="expected finite coefficients"):
        AdditiveLatency.from_rows(3, [*ROWS[:-1], [*ROWS[-1][:-1], value]])
