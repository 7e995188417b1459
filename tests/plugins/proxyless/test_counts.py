"""The ten published architectures: parameters, multiply-adds, Pixel-1 times."""

import numpy as np
import pytest
from nasplug_proxyless import counts, latency
from nasplug_proxyless.operations import MOBILE

# code, parameters (M), multiply-adds (M), ms: ProxylessNAS-mobile and Table 2 of arXiv 1912.00848's supplementary
PUBLISHED = [
    (",".join(map(str, MOBILE)), 4.08, 320, 84.42),
    ("0,0,6,0,0,0,0,0,6,1,4,6,2,4,0,1,5,0,2,6,2,3", 3.463, 297, 75.05),
    ("0,0,6,0,6,1,2,0,6,3,0,1,5,2,0,0,1,4,0,6,5,3", 3.723, 291, 75.10),
    ("0,1,6,6,6,0,4,6,6,4,6,6,1,5,5,1,3,1,5,2,2,3", 3.953, 285, 75.36),
    ("0,0,6,6,6,2,0,2,3,4,6,1,6,0,1,1,1,5,4,2,3,3", 4.066, 283, 75.76),
    ("0,0,6,0,6,2,3,6,0,4,3,4,5,3,0,6,0,1,0,2,2,3", 3.703, 300, 76.10),
    ("0,0,0,6,6,1,0,6,0,5,0,2,1,4,0,2,2,5,5,0,2,3", 4.004, 304, 78.23),
    ("0,0,6,0,6,2,0,0,2,1,0,0,6,5,0,1,3,5,5,2,2,3", 4.019, 311, 80.42),
    ("0,0,6,6,0,2,0,0,4,5,4,6,2,4,3,3,6,5,1,2,2,3", 3.830, 321, 82.44),
    ("0,0,0,0,6,1,3,1,6,4,2,1,0,2,6,0,5,4,2,2,5,3", 3.985, 326, 84.95),
]
CODES = [tuple(map(int, text.split(","))) for text, *_ in PUBLISHED]


@pytest.mark.parametrize(("code", "row"), list(zip(CODES, PUBLISHED, strict=True)))
def test_sizes_and_times(code, row):
    parameters, multiply_adds = counts.tabulate().count([code])[0]
    assert parameters / 1e6 == pytest.approx(row[1], abs=0.0051 if row[1] == 4.08 else 0.00051)
    assert multiply_adds / 1e6 == pytest.approx(row[2], abs=0.51)
    assert latency.pixel1_model().latencies([code])[0] == pytest.approx(row[3], abs=0.03)


def test_many_at_once_equal_one_at_a_time():
    together = counts.tabulate(0.5, 96, 10, 1).count(CODES)
    assert together.tolist() == [counts.tabulate(0.5, 96, 10, 1).count([code])[0].tolist() for code in CODES]
    np.testing.assert_array_equal(
        latency.pixel1_model().latencies(CODES), [latency.pixel1_model().latencies([code])[0] for code in CODES]
    )
