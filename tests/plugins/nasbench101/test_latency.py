"""Latency on this machine's CPU."""

import sys

import numpy as np
import pytest
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.space import NASBench101

from nasplug import Architecture
from nasplug.errors import ConfigurationError

DIRECT = Architecture("nasbench101", (0, 0, 0, 0, 0, 1) + (0,) * 20)


def test_other_devices_are_not_ours() -> None:
    assert NASBench101().measure_latency(DIRECT, "pixel1") is None


def test_without_litert_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(ConfigurationError, match="pip install ai-edge-litert"):
        NASBench101().measure_latency(DIRECT, "host")


@pytest.mark.slow
def test_more_convolutions_take_longer() -> None:
    chain = Architecture("nasbench101", Cell(np.eye(5, k=1, dtype=int), [0, 0, 0]).code)
    space = NASBench101()
    assert 0 < space.measure_latency(DIRECT, "host") < space.measure_latency(chain, "host")
