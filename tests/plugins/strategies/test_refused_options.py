"""What no predictor can be made with is refused before anything is paid."""

import math

import pytest
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor.settings import PredictorError

import nasplug
from nasplug.errors import OptionError
from nasplug.loading import options


@pytest.fixture
def search(toy_space):
    """Returns a search, and a list of the architectures that were paid for."""
    paid = []

    def make(**given):
        return nasplug.search(toy_space(fails=paid.append), "neural_predictor", strategy_options=given, budget=5)

    return make, paid


@pytest.mark.parametrize(
    "given",
    [
        {"stages": 3},
        {"lr": -1.0},
        {"lr": math.nan},
        {"classifier_lr": math.inf},
        {"weight_decay": -1.0},
        {"dropout": 2.0},
        {"percentile": 150.0},
        {"threshold": math.nan},
        {"epochs": 0},
        {"minibatch": 0},
        {"members": 0},
        {"layers": 0},
        {"size": -1},
        {"hidden": (128, 0)},
        {"hidden": ()},
        {"n": 0},
        {"k": 0},
        {"k": -5},
        {"pool": 0},
        {"shortlist": 0},
        {"refit": -1},
        {"explore": math.inf},
        {"paper": {"n": 3}},
        {"paper": {"layers": 0}, "preset": "paper"},
        {"paper": "layers=18"},
    ],
)
def test_options_out_of_bounds(given, search):
    make, paid = search
    name = {"{'layers': 0}": "layers"}.get(str(given.get("paper")), next(iter(given)))
    with pytest.raises(OptionError, match=f"neural_predictor: .*'{name}'"):
        make(**given)
    assert paid == []


def test_what_the_option_paper_may_hold_is_named():
    with pytest.raises(ValueError, match="'paper' holds k, n; wanted are predictor settings: kind, layers, size, "):
        NeuralPredictorSearch(paper={"n": 3, "layers": 2, "k": 1})


def test_an_unknown_device(search):
    make, paid = search
    with pytest.raises(PredictorError, match="wanted the torch device 'gpu'"):
        make(device="gpu")
    assert paid == []


@pytest.mark.parametrize(("name", "kind"), [("hidden", "int,…"), ("paper", "dict"), ("stages", "int")])
def test_types_read_as_they_are_written(name, kind):
    assert options.type_name(options.type_of(NeuralPredictorSearch, name)) == kind
