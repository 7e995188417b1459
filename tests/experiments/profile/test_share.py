"""The interval of a share: that of Clopper and Pearson, and one-sided at the ends."""

import numpy as np
import pytest
from scipy import stats

from nasplug.experiments.profile.share import Share


@pytest.mark.parametrize(("inside", "samples"), [(1, 2000), (11, 2000), (1999, 2000), (3, 5), (5000, 10_000)])
def test_the_interval_is_that_of_clopper_and_pearson(inside, samples):
    exact = stats.binomtest(inside, samples).proportion_ci(0.95, method="exact")
    np.testing.assert_allclose(Share(inside, samples).interval, [exact.low, exact.high], rtol=1e-9)


def test_where_none_or_all_are_inside_the_bound_is_one_sided():
    low, high = Share(0, 2000).interval
    assert low == 0.0
    assert (1 - high) ** 2000 == pytest.approx(0.05)
    assert Share(2000, 2000).interval == pytest.approx((1 - high, 1.0))


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3, 0.97])
def test_the_interval_contains_the_true_share_in_95_of_100_cases(share):
    drawn = np.random.default_rng(0).binomial(400, share, size=2000)
    intervals = {inside: Share(inside, 400).interval for inside in set(drawn.tolist())}
    contained = [intervals[inside][0] <= share <= intervals[inside][1] for inside in drawn.tolist()]
    assert np.mean(contained) > 0.94


@pytest.mark.parametrize(
    ("inside", "samples", "text"),
    [
        (0, 2000, "below 0.15 %"),
        (2000, 2000, "above 99.85 %"),
        (11, 2000, "0.275 % to 0.982 %"),
        (9796, 10_000, "97.7 % to 98.2 %"),
        (1999, 2000, "99.722 % to 99.999 %"),
    ],
)
def test_a_share_is_told_in_percent(inside, samples, text):
    assert str(Share(inside, samples)) == text
    assert Share(inside, samples).value == inside / samples
