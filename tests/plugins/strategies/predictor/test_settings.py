"""The settings: Table 1, and numbers of any library."""

import json

import attrs
import numpy as np
import pytest
from nasplug_strategies.predictor.settings import Settings, settings


@pytest.mark.parametrize(("n", "size"), [(43, 48), (86, 72), (129, 96), (172, 144), (344, 210), (860, 320)])
def test_table_1(n, size):
    assert Settings().representation_size(n) == size
    assert Settings(size=64).representation_size(n) == 64


def test_between_and_outside_of_table_1():
    assert Settings().representation_size(107) in (83, 84)
    assert Settings().representation_size(5) == 48
    assert Settings().representation_size(5000) == 320


def test_numbers_of_numpy_become_python_s_own():
    numbers = {"epochs": np.int64(7), "stages": np.int8(2), "lr": np.float32(0.5), "percentile": np.float32(50)}
    made = Settings(**numbers, hidden=np.array([4, 2]), structure=np.True_)
    back = json.loads(json.dumps(attrs.asdict(made)))
    assert {name: back[name] for name in numbers} == numbers
    assert (back["hidden"], back["structure"]) == ([4, 2], True)


@pytest.mark.parametrize("change", [{"layers": 2.5}, {"epochs": "many"}, {"hidden": [2.5]}, {"size": 0.5}])
def test_parts_of_a_layer_are_refused(change):
    with pytest.raises(ValueError, match=f"'{next(iter(change))}' must be a whole number, got"):
        Settings(**change)


@pytest.mark.parametrize("change", [{"lr": "0.01"}, {"dropout": None}, {"percentile": "high"}])
def test_what_is_no_number_is_refused_by_name(change):
    with pytest.raises(ValueError, match=f"'{next(iter(change))}' must be a number, got"):
        Settings(**change)


def test_an_unknown_setting_is_refused_with_the_known_ones():
    with pytest.raises(TypeError, match="there is no setting 'nodes'; the settings are kind, layers, size, "):
        settings("paper", {"nodes": 7})
