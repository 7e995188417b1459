"""Settings: what a run was asked to do, in native types, or one sentence about what is wrong with it."""

import json

import numpy as np
import pytest
import toy

from nasplug import hookimpl
from nasplug.engine.selection import Selection, with_needed
from nasplug.engine.settings import Settings
from nasplug.errors import PluginError, UsageError


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"budget": 0}, "budget must be at least 1, got 0"),
        ({"budget": 2.5}, "budget must be an integer, got 2.5"),
        ({"workers": "2"}, "workers must be an integer, got '2'"),
        ({"seed": None}, "seed must be an integer, got None"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"timeout": 0}, "timeout must be greater than 0 s, got 0"),
        ({"timeout": float("nan")}, "timeout must be greater than 0 s, got nan"),
        ({"timeout": float("inf")}, "timeout must be at most 9223372036 s, got inf"),
        ({"timeout": "soon"}, "timeout must be greater than 0 s, got 'soon'"),
        ({"latency_window": (10,), "device": "d"}, r"latency must be two numbers of milliseconds.* got \(10,\)"),
        ({"latency_window": "10:20", "device": "d"}, "latency must be two numbers of milliseconds"),
        ({"latency_window": (20, 10), "device": "d"}, "LOW < HIGH, got 20:10"),
        ({"latency_window": (10, 20)}, "needs a device"),
    ],
)
def test_a_wrong_value_is_one_sentence_that_names_it(given, complaint):
    with pytest.raises(UsageError, match=complaint):
        Settings(space="toy", strategy="random", **given)


def test_numbers_of_numpy_are_stored_like_any_other():
    settings = Settings(
        space="toy", strategy="random", seed=np.int64(3), device="d", latency_window=[np.float32(1), 2], timeout=5
    )
    identity = json.loads(json.dumps(settings.identity()))
    assert (identity["seed"], identity["latency_window"], settings.timeout) == (3, [1.0, 2.0], 5.0)


def test_one_middleware_may_be_given_without_a_list():
    assert with_needed("cache", None, None) == ["cache"]


def test_a_recommendation_that_is_no_dict_is_the_fault_of_the_space():
    class Vague(toy.ToySpace):
        @hookimpl
        def recommend(self, strategy):
            return [strategy]

    with pytest.raises(PluginError, match=r"'Vague' must recommend a dict of option values, not \['Grid'\]"):
        Selection.of(Vague(), toy.Grid(), {}, {})
