"""The settings: Table 1, and numbers of any library."""

import json
import math

import attrs
import numpy as np
import pytest
from nasplug_strategies.predictor.settings import Settings, settings_of_preset


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
    settings = Settings(**numbers, hidden=np.array([4, 2]), structure=np.True_)
    restored = json.loads(json.dumps(settings.by_keyword()))
    assert {name: restored[name] for name in numbers} == numbers
    assert (restored["hidden"], restored["structure"]) == ([4, 2], True)


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
        settings_of_preset("paper", {"nodes": 7})


@pytest.mark.parametrize(
    ("allowed", "refused"),
    [
        ({"layers": 1}, {"layers": 0}),
        ({"size": 1}, {"size": 0}),
        ({"hidden": (1,)}, {"hidden": (0,)}),
        ({"hidden": (3, 1)}, {"hidden": ()}),
        ({"stages": 2}, {"stages": 0}),
        ({"threshold": 0}, {"threshold": -0.1}),
        ({"threshold": 100}, {"threshold": 100.1}),
        ({"percentile": 0}, {"percentile": -0.1}),
        ({"percentile": 100}, {"percentile": 100.1}),
        ({"members": 1}, {"members": 0}),
        ({"epochs": 1}, {"epochs": 0}),
        ({"minibatch": 1}, {"minibatch": 0}),
        ({"lr": 1e-9}, {"lr": 0}),
        ({"lr": 10}, {"lr": math.inf}),
        ({"classifier_lr": 1e-9}, {"classifier_lr": 0}),
        ({"weight_decay": 0}, {"weight_decay": -1e-9}),
        ({"weight_decay": 10}, {"weight_decay": math.inf}),
        ({"dropout": 0}, {"dropout": -1e-9}),
        ({"dropout": 0.99}, {"dropout": 1}),
        ({"process": 0}, {"process": -1e-9}),
        ({"process": 1}, {"process": 1.01}),
        ({"normalisation": "none"}, {"normalisation": "column"}),
        ({"loss": "pairwise"}, {"loss": "hinge"}),
        ({"kind": "cnn"}, {"kind": "rnn"}),
    ],
)
def test_every_bound_holds_to_the_last_value(allowed, refused):
    Settings(**allowed)
    with pytest.raises(ValueError, match=next(iter(refused))):
        Settings(**refused)


def test_none_stands_for_a_value_only_where_it_is_the_default():
    assert (Settings(size=None).size, Settings(percentile=None).percentile) == (None, None)
    for name in ("layers", "hidden", "stages", "threshold", "lr", "process"):
        with pytest.raises((ValueError, TypeError)):
            Settings(**{name: None})


def test_the_defaults_are_the_paper_s_and_the_presets_are_told_apart():
    paper = Settings().by_keyword()
    assert paper == {
        "kind": "gcn", "layers": 3, "size": None, "hidden": (128,), "normalisation": "row", "stages": 1,
        "threshold": 91.0, "percentile": None, "members": 1, "loss": "mse", "epochs": 300, "minibatch": 10, "lr": 1e-4,
        "classifier_lr": 2e-4, "weight_decay": 1e-3, "dropout": 0.1, "structure": False, "process": 0.0,
    }  # fmt: skip
    assert settings_of_preset("paper", {}).by_keyword() == paper | {"stages": 2}
    best = {"loss": "pairwise", "lr": 1e-3, "minibatch": 43, "epochs": 100, "size": 64, "members": 4}
    assert settings_of_preset("best", {}).by_keyword() == paper | best | {"structure": True, "process": 0.7}


def test_changes_override_a_preset_and_none_keeps_it():
    assert settings_of_preset("best", {"members": None, "epochs": 7}) == attrs.evolve(
        settings_of_preset("best", {}), epochs=7
    )
    with pytest.raises(ValueError, match="preset must be one of paper, best, got 'worst'"):
        settings_of_preset("worst", {})
