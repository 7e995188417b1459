"""Settings: what a run was asked to do, in native types, or one sentence about what is wrong with it."""

import json
from pathlib import Path

import attrs
import numpy as np
import pytest
import toy

from nasplug.engine.settings import COMPUTE, Settings, plugin_options, versions
from nasplug.errors import UsageError


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"budget": 0}, "budget must be at least 1, got 0"),
        ({"budget": 2.5}, "budget must be an integer, got 2.5"),
        ({"workers": "2"}, "workers must be an integer, got '2'"),
        ({"seed": None}, "seed must be an integer, got None"),
        ({"seed": -1}, "seed must be at least 0, got -1"),
        ({"retries": -1}, "retries must be at least 0"),
        ({"finals": -1}, "finals must be at least 0"),
        ({"max_failures": 0}, "max_failures must be at least 1"),
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


def settings(**given):
    return Settings(**{"space": "toy", "strategy": "random"} | given)


@pytest.mark.parametrize(
    "change",
    [
        {"space": "other"}, {"strategy": "other"}, {"space_options": {"a": 1}}, {"strategy_options": {"a": 1}},
        {"middleware": ["cache"]}, {"seed": 1}, {"batch": 2}, {"epochs": 3}, {"device": "d"},
        {"device": "d", "latency_window": (1, 2)}, {"asynchronous": True}, {"objectives": ["loss"]},
        {"limits": ["loss<=1"]}, {"first": ["toy:0,0,0"]},
    ],
)  # fmt: skip
def test_what_results_depend_on_is_part_of_the_identity(change):
    assert settings(**change).identity() != settings().identity()


@pytest.mark.parametrize("change", [{"workers": 3}, {"timeout": 5}, {"retries": 2}, {"finals": 0}, {"max_failures": 9}])
def test_how_a_run_is_executed_is_not_part_of_the_identity(change):
    assert settings(**change).identity() == settings().identity()


@pytest.mark.parametrize("change", [{"budget": 7}, {"budget": 7, "planned": 3}])
def test_a_run_that_grows_stays_the_same_run(change):
    assert settings(**change).identity() == settings().identity()


def test_what_is_stored_is_the_identity_what_grows_and_how_the_run_is_executed():
    whole = settings(budget=7, workers=3, middleware=["log"], watching=["log"], finals=2, confirm="3:4")
    execution = {
        "workers": 3, "timeout": None, "retries": 0, "watching": ["log"], "max_failures": None, "finals": 2,
        "confirm": [3, 4], "known": [], "middleware": ["log"],
    }  # fmt: skip
    assert whole.document() == whole.identity() | {"budget": 7, "planned": None, "execution": execution}
    assert json.loads(json.dumps(whole.document())) == whole.document()


def test_objectives_limits_and_first_architectures_are_texts():
    given = settings(objectives=("loss",), limits=("loss<=1",), first=(toy.architecture(0, 1, 2), "toy:1,1,1"))
    assert (given.objectives, given.limits, given.first) == (["loss"], ["loss<=1"], ["toy:0,1,2", "toy:1,1,1"])


def test_middleware_that_only_watches_is_not_part_of_the_identity():
    watched = settings(middleware=["cache", "log:path=x"], watching=["log:path=x"])
    assert watched.identity() == settings(middleware=["cache"]).identity()


def test_the_identity_has_the_names_under_which_earlier_versions_stored_it():
    assert sorted(settings().identity()) == [
        "batch", "device", "epochs", "first", "latency_window", "limits", "middleware", "objectives", "seed", "space",
        "space_options", "steady", "strategy", "strategy_options",
    ]  # fmt: skip
    assert settings(asynchronous=True).identity()["steady"] is True


def test_bounds_are_inclusive():
    smallest = settings(seed=0, budget=1, workers=1, batch=1, epochs=1, retries=0, timeout=1e-9)
    assert (smallest.budget, smallest.workers, smallest.timeout) == (1, 1, 1e-9)
    assert settings(device="d", latency_window=(0, 0.1)).latency_window == (0.0, 0.1)
    with pytest.raises(UsageError, match="LOW < HIGH, got 2:2"):
        settings(device="d", latency_window=(2, 2))
    with pytest.raises(UsageError, match="0 ≤ LOW"):
        settings(device="d", latency_window=(-1, 2))


def test_options_of_a_plugin_are_json_values():
    @attrs.define(eq=False)
    class Plugin:
        sizes: tuple = (1, 2.5, "x")
        nested: dict = attrs.field(factory=lambda: {1: (None, True)})
        bound: float = float("inf")
        path: Path = Path("a/b")
        _private: int = 3

    assert plugin_options(Plugin()) == {
        "sizes": [1, 2.5, "x"], "nested": {"1": [None, True]}, "bound": "inf", "path": "a/b",
    }  # fmt: skip
    assert plugin_options(object()) == {}


def test_versions_name_what_may_change_a_result():
    recorded = versions(settings(space="nasbench101", strategy="random"))
    assert {"python", "nasplug", "nasplug-nasbench101", "nasplug-strategies", "numpy"} <= recorded.keys()
    assert set(recorded) - {"python", "nasplug", "nasplug-nasbench101", "nasplug-strategies"} <= set(COMPUTE)
    assert recorded["numpy"] == np.__version__
