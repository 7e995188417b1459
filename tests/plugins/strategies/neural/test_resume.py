"""A stored search with the predictor that is interrupted and goes on."""

import pytest
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor

import nasplug
from nasplug.testing import Toy
from nasplug.testing.searches import outcomes, run_interrupted

OPTIONS = {"n": 10, "refit": 50, "shortlist": 60, "size": 8, "epochs": 2, "members": 2}  # fits after 10, 60, 110, 160


@pytest.fixture
def fits(monkeypatch):
    """To how many architectures each predictor was fitted."""
    sizes, fit = [], NeuralPredictor.fit
    monkeypatch.setattr(
        NeuralPredictor, "fit", lambda self, graphs, *more: sizes.append(len(graphs)) or fit(self, graphs, *more)
    )
    return sizes


def space():
    return Toy(layers=4)


@pytest.mark.slow
def test_a_run_of_200_trials_fits_once_when_it_is_resumed_and_ends_as_it_would_have(fits):
    def strategy():
        return NeuralPredictorSearch(**OPTIONS)

    whole = outcomes(nasplug.search(space(), strategy(), budget=205))
    assert fits == [10, 60, 110, 160]
    fits.clear()
    resumed = outcomes(run_interrupted((space, strategy, list), 199, budget=205))
    assert fits == [10, 60, 110, 160, 160]
    assert resumed == whole
