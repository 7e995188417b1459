"""From predictions to an order, with a predictor of known predictions in place of fits."""

import logging

import numpy as np
import pytest
import torch
from nasplug_strategies.neural import ranking
from nasplug_strategies.neural.pool import Candidates, Pool
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

from nasplug import Architecture

MEANS = np.array([70.0, 90.0, 80.0, 90.0])
SETTINGS = {"preset": "best", "size": 8}


@pytest.fixture
def predictors(monkeypatch):
    """The predictors: what they were made with, fitted to and asked to predict."""
    predictors = []

    class Known:
        def __init__(self, **settings):
            self.settings, self.draws = settings, []
            predictors.append(self)

        def fit(self, graphs, accuracies, features):
            self.fitted = graphs, accuracies, features
            return self

        def predict(self, graphs, features, draws=0.0):
            self.draws.append(draws)
            return MEANS[: len(graphs)] + 20.0 * np.asarray(draws)

        def cross_validated_tau(self):
            return None if self.settings["preset"] == "paper" else 0.625

    monkeypatch.setattr(ranking, "NeuralPredictor", Known)
    return predictors


def pool(nodes=1):
    graphs = Graphs(torch.ones(4, nodes, 5), torch.zeros(4, nodes, nodes).bool(), torch.ones(4, nodes).bool())
    return Pool([Architecture("toycells", (i,)) for i in range(4)], graphs, None)


@pytest.fixture
def run(toy_space, fake_run, make_trial):
    space, rng = toy_space(), np.random.default_rng(5)
    values = [70.0, None, 90.0, 80.0]
    trials = [make_trial(i, space.sample(rng), value) for i, value in enumerate(values)]
    return fake_run(space, trials, seed=9)


def test_the_best_predicted_comes_first_and_of_equals_the_first(run, predictors):
    assert ranking.rank(run, run.trials, pool(), SETTINGS, 0.0, run.rng) == [1, 3, 2, 0]
    assert predictors[0].draws[-1].tolist() == [[0.0] * 4]


def test_explored_rows_alternate_with_those_by_the_mean(run, predictors):
    draws = 0.5 * np.random.default_rng(9).standard_normal((1, 4))
    by_mean, explored = [1, 3, 2, 0], np.argsort(-(MEANS + 20.0 * draws[0]), kind="stable").tolist()
    alternating = [row for pair in zip(by_mean, explored, strict=True) for row in pair]
    rng = np.random.default_rng(9)
    assert ranking.rank(run, run.trials, pool(), SETTINGS, 0.5, rng) == list(dict.fromkeys(alternating))
    assert predictors[0].draws[-1] == pytest.approx(np.vstack([np.zeros(4), draws[0]]))
    assert explored != by_mean


def test_a_fit_sees_the_complete_trials_and_the_seed_of_the_run(run, predictors, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    ranking.fitted(run, run.trials, pool(nodes=9), SETTINGS)
    graphs, accuracies, features = predictors[0].fitted
    assert (graphs.x.shape, accuracies, features) == ((3, 9, 5), [70.0, 90.0, 80.0], None)
    assert predictors[0].settings == SETTINGS | {"seed": 9}
    assert "fitted: 3 architectures, cross-validated Kendall τ 0.62; 4 in the pool" in caplog.text


def test_a_predictor_whose_quality_is_not_known_says_none(run, predictors, caplog):
    caplog.set_level(logging.INFO, "nasplug")
    ranking.fitted(run, run.trials, pool(), SETTINGS | {"preset": "paper"})
    assert "predictor fitted: 3 architectures; 4 in the pool" in caplog.text


def test_a_prediction_is_of_the_architectures_asked_for(run, predictors):
    architectures = [trial.architecture for trial in run.trials[:2]]
    assert ranking.predict(run, architectures, SETTINGS).tolist() == [70.0, 90.0]
    assert len(predictors) == 1


@pytest.mark.parametrize(
    ("learned", "shortlist", "ranked", "codes"),
    [(3, 2, 4, [1, 3, 2, 0]), (4, 4, 4, [1, 3, 2, 0]), (4, 2, 2, [3, 0, 2, 1])],
)
def test_a_fit_after_the_first_ranks_a_short_list_and_the_rest_follows(
    learned, shortlist, ranked, codes, run, predictors, monkeypatch
):
    monkeypatch.setattr(ranking, "quick_order", lambda *_: [0, 3, 2, 1])
    candidates = Candidates(3, pool(), run.rng)
    assert [a.code[0] for a in ranking.best_first(run, candidates, learned, shortlist, SETTINGS, 0.0)] == codes
    assert len(predictors) == 1
    assert predictors[0].draws[-1].shape == (1, ranked)
    assert len(predictors[0].fitted[1]) == learned - 1  # one of the first three has failed
