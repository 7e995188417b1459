"""Repeated random splits: how hyper-parameters of a predictor are chosen (supplementary material, ProxylessNAS)."""

from typing import Any

import numpy as np
import torch

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.metrics import all_metrics
from nasplug_strategies.predictor.predictor import NeuralPredictor
from nasplug_strategies.predictor.settings import PredictorError

SHARE = 79 / 119  # of the samples, to train on: the paper's split of 119 into 79 and 40


def tested(n: int) -> int:
    """Returns how many of `n` architectures a split predicts; it is fitted to the others."""
    return n - round(n * SHARE)


def cross_validate(
    graphs: Graphs, features: Any, accuracy: Any, settings: dict[str, Any], splits: int, top: int, seed: int
) -> dict[str, dict[str, float]]:
    """Returns the mean and the standard deviation of every metric, as `{metric: {"mean", "std"}}`, over random splits.

    The splits depend on `n` and `seed` alone, so that all settings are compared on the same ones.

    Args:
        features: `[n, s]` of the `n` graphs, or None.
        accuracy: `[n]`, in percent.
        settings: keyword arguments of `NeuralPredictor`, without the seed.
        seed: the seed of the splits; split `i` is fitted with `seed` + `i`.

    Raises:
        PredictorError: there are fewer than 6 architectures, or a split tests no more than `top`.
    """
    y = np.asarray(accuracy, dtype=np.float64)
    if len(y) < 6:
        raise PredictorError(f"wanted at least 6 architectures to split, got {len(y)}")
    if top >= tested(len(y)):
        raise PredictorError(f"wanted fewer for the regret than the {tested(len(y))} that a split tests, got {top}")
    metrics_by_split = [_metrics_of_split(graphs, features, y, settings, top, seed, split) for split in range(splits)]
    values = {name: [metrics[name] for metrics in metrics_by_split] for name in metrics_by_split[0]}
    return {name: {"mean": float(np.mean(v)), "std": float(np.std(v))} for name, v in values.items()}


def _metrics_of_split(
    graphs: Graphs, features: Any, y: Any, settings: dict[str, Any], top: int, seed: int, split: int
) -> dict[str, float]:
    order = np.random.default_rng((seed, split)).permutation(len(y))
    train, test = np.split(order, [len(y) - tested(len(y))])
    predictor = NeuralPredictor(seed=seed + split, **settings)
    predictor.fit(graphs[torch.from_numpy(train)], y[train], None if features is None else features[train])
    predicted = predictor.predict(graphs[torch.from_numpy(test)], None if features is None else features[test])
    return all_metrics(predicted, y[test], top)
