"""What a latency table is made of, on a machine whose blocks take known times: it tells every network's exactly."""

import numpy as np
import pytest
from nasplug_proxyless import calibration
from nasplug_proxyless.operations import CHOICES, ZERO, positions
from nasplug_proxyless.space import Proxyless

SETTING = Proxyless().setting
SPOTS = positions(SETTING.width, SETTING.resolution)
CALL, STEM, HEAD = 0.1, 1.5, 2.5  # ms, a mere call among each
SLOWER = 1.25  # blocks within a network, than alone


def block(key):
    return CALL + 0.01 * (1 + np.dot(key, (7, 5, 3, 1, 0.5, 2)))


def whole(code, setting, threads):
    blocks = sum(block(spot.key(op)) - CALL for spot, op in zip(SPOTS, code, strict=True) if op != ZERO)
    return SLOWER * (STEM + HEAD - CALL + blocks)


class Timed:
    """A converted model that is its own time."""

    def __init__(self, content, threads):
        self.time = content

    def milliseconds(self, warm, runs):
        return self.time


@pytest.fixture
def _known_times(monkeypatch):
    def converted(setting, spots, report):
        yield from {("call",): CALL, ("stem",): STEM, ("head",): HEAD}.items()
        keys = {spot.key(op) for spot, many in zip(spots, CHOICES, strict=True) for op in range(min(many, ZERO))}
        yield from ((key, block(key)) for key in keys)

    monkeypatch.setattr(calibration, "_converted", converted)
    monkeypatch.setattr(calibration.litert, "Model", Timed)
    monkeypatch.setattr(calibration, "network_latency", whole)


@pytest.mark.usefixtures("_known_times")
def test_the_sums_are_the_networks_times():
    model = calibration.calibrate(SETTING, 1, lambda line: None)
    measured = calibration.random_networks(SETTING, 1, 50, seed=7)
    assert calibration.mean_error(model, measured) == pytest.approx(0.0, abs=1e-9)


@pytest.mark.usefixtures("_known_times")
def test_the_error_is_in_percent_of_what_was_measured():
    model = calibration.calibrate(SETTING, 1, lambda line: None)
    measured = [(code, time / 2) for code, time in calibration.random_networks(SETTING, 1, 5, seed=7)]
    assert calibration.mean_error(model, measured) == pytest.approx(100.0)
