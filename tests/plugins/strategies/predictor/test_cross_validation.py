"""Repeated random splits, with a predictor that notes what it was given."""

import numpy as np
import pytest
import torch
from nasplug_strategies.predictor import cross_validation
from nasplug_strategies.predictor.cross_validation import cross_validate
from nasplug_strategies.predictor.cross_validation import tested as size_of_test
from nasplug_strategies.predictor.metrics import all_metrics
from nasplug_strategies.predictor.settings import PredictorError

N = 12
GRAPHS, ACCURACY, FEATURES = torch.arange(N), np.linspace(60.0, 71.0, N) ** 1.01, np.arange(N)[:, None] * 10.0


@pytest.fixture
def predictors(monkeypatch):
    """Replaces the predictor by one that predicts the seed's sine of each row; returns those that were predictors."""
    predictors = []

    class Noting:
        def __init__(self, seed, **settings):
            self.seed, self.settings = seed, settings
            predictors.append(self)

        def fit(self, graphs, y, features):
            self.trained, self.labels, self.features = graphs.tolist(), y, features

        def predict(self, graphs, features):
            self.predicted, self.test_features = graphs.tolist(), features
            return np.sin(graphs.numpy() * (1.0 + self.seed))

    monkeypatch.setattr(cross_validation, "NeuralPredictor", Noting)
    return predictors


@pytest.mark.parametrize(("n", "test"), [(119, 40), (6, 2), (12, 4), (60, 20)])
def test_the_split_is_the_paper_s_79_to_40(n, test):
    assert size_of_test(n) == test


@pytest.mark.parametrize("features", [None, FEATURES])
def test_every_split_trains_on_some_and_predicts_the_others_with_their_own_labels_and_features(features, predictors):
    cross_validate(GRAPHS, features, ACCURACY, {"size": 8}, 3, 2, 5)
    assert [predictor.seed for predictor in predictors] == [5, 6, 7]
    assert len({tuple(predictor.predicted) for predictor in predictors}) == 3
    for predictor in predictors:
        assert predictor.settings == {"size": 8}
        assert sorted(predictor.trained + predictor.predicted) == list(range(N))
        assert len(predictor.predicted) == 4
        assert predictor.labels.tolist() == ACCURACY[predictor.trained].tolist()
        if features is None:
            assert predictor.features is predictor.test_features is None
        else:
            assert predictor.features[:, 0].tolist() == [10.0 * row for row in predictor.trained]
            assert predictor.test_features[:, 0].tolist() == [10.0 * row for row in predictor.predicted]


def test_splits_depend_on_the_seed_alone(predictors):
    for settings, seed in (({}, 0), ({"size": 8}, 0), ({}, 1)):
        cross_validate(GRAPHS, None, ACCURACY, settings, 1, 2, seed)
    first, same, other = (predictor.predicted for predictor in predictors)
    assert first == same != other


def test_metrics_are_the_mean_and_the_deviation_over_the_splits(predictors):
    results = cross_validate(GRAPHS, None, ACCURACY, {}, 3, 2, 0)
    by_split = [
        all_metrics(np.sin(np.array(p.predicted) * (1.0 + p.seed)), ACCURACY[p.predicted], 2) for p in predictors
    ]
    for name in ("mse", "tau", "spearman", "r2", "regret"):
        values = [metrics[name] for metrics in by_split]
        assert results[name] == pytest.approx({"mean": np.mean(values), "std": np.std(values)})
    assert results["mse"]["std"] > 0


@pytest.mark.parametrize(
    ("n", "top", "message"), [(5, 1, "at least 6 .* got 5"), (6, 2, "than the 2 that a split tests, got 2")]
)
def test_too_few_architectures_for_a_split_or_for_the_regret_are_refused(n, top, message, predictors):
    with pytest.raises(PredictorError, match=message):
        cross_validate(GRAPHS[:n], None, ACCURACY[:n], {}, 1, top, 0)
    assert predictors == []


def test_the_fewest_architectures_and_the_largest_regret_are_allowed(predictors):
    cross_validate(GRAPHS[:6], None, ACCURACY[:6], {}, 1, 1, 0)
    assert len(predictors) == 1
