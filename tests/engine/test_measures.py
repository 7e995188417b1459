"""The answers of the hooks that tell figures without an evaluation: right ones, and what is wrong with others."""

from types import SimpleNamespace

import numpy as np
import pytest
import toy

from nasplug.engine.measures import measured, measured_latency
from nasplug.errors import PluginError

ARCHITECTURE = toy.architecture(0, 0, 0)


def hook(answer):
    return SimpleNamespace(measure=lambda architecture: answer, measure_latency=lambda architecture, device: answer)


@pytest.mark.parametrize("answer", [1e6, [1e6], {"parameters": "many"}, {"parameters": np.nan}, {1: 2.0}])
def test_measures_that_are_no_finite_numbers_by_name_are_the_plugins_error(answer):
    with pytest.raises(PluginError, match="measure must return a dict of finite numbers; for toy:0,0,0 it returned"):
        measured(hook(answer), ARCHITECTURE)


def test_measures_are_pythons_own_numbers():
    figures = measured(hook({"parameters": np.int64(7), "depth": 2}), ARCHITECTURE)
    assert figures == {"parameters": 7.0, "depth": 2.0}
    assert {type(value) for value in figures.values()} == {float}


def test_a_space_that_knows_nothing_has_no_measures():
    assert measured(hook(None), ARCHITECTURE) == {}


@pytest.mark.parametrize("answer", [None, 0.0, -1.0, np.nan, np.inf, "fast"])
def test_a_latency_that_is_no_finite_number_above_zero_is_the_plugins_error(answer):
    with pytest.raises(PluginError, match="measure_latency must return milliseconds"):
        measured_latency(hook(answer), ARCHITECTURE, "phone")


def test_a_latency_is_pythons_own_number():
    assert type(measured_latency(hook(np.float32(2.5)), ARCHITECTURE, "phone")) is float
