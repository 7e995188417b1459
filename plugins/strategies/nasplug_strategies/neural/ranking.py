"""From the trials of a run to an order of its pool."""

import logging
from collections.abc import Sequence
from typing import Any

import numpy as np

from nasplug import Architecture, Run
from nasplug.plugin import kendall_tau
from nasplug_strategies.neural.pool import Pool
from nasplug_strategies.neural.scale import Scale
from nasplug_strategies.predictor.graphs.dense_graphs import padded
from nasplug_strategies.predictor.predictor import NeuralPredictor

log = logging.getLogger("nasplug")


def rank(run: Run, pool: Pool, settings: dict[str, Any], explore: float) -> list[int]:
    """Returns the rows of `pool`, best predicted first, after a fit to the complete trials of the run.

    With `explore`, every second row is the best by predictions drawn around their means, with `explore` times the
    deviation of what is not known about them (Thompson sampling, independent by architecture).
    """
    predictor = fitted(run, pool, settings)
    draws = np.zeros((2 if explore else 1, len(pool.architectures)))  # by the means, and explored
    draws[1:] = explore * run.rng.standard_normal(draws[1:].shape)
    accuracies = predictor.predict(*pool.inputs(settings["preset"]), draws=draws)
    order = np.argsort(-accuracies, axis=1, kind="stable").T.ravel().tolist()
    return list(dict.fromkeys(order)) if explore else order  # explored, it holds each row twice


def predict(run: Run, architectures: Sequence[Architecture], settings: dict[str, Any]) -> Any:
    """Returns the main objective's values of `architectures` `[n]`, after a fit to the complete trials of the run."""
    pool = Pool.encoded(run.hook, architectures)
    return Scale.of(run).values(fitted(run, pool, settings).predict(*pool.inputs(settings["preset"])))


def fitted(run: Run, pool: Pool, settings: dict[str, Any]) -> NeuralPredictor:
    """Returns a predictor fitted to the complete trials of the run, with room for the largest graph of `pool`."""
    complete = [trial for trial in run.trials if trial.state == "complete"]
    accuracies = Scale.of(run).percent([run.score(trial) for trial in complete])
    samples = Pool.encoded(run.hook, [trial.architecture for trial in complete])
    graphs, features = samples.inputs(settings["preset"])
    graphs = padded(graphs, pool.graphs.x.shape[1])  # the few trained may all be smaller than the largest of the pool
    predictor = NeuralPredictor(seed=run.seed, **settings).fit(graphs, accuracies, features)
    tau = kendall_tau(predictor.predict(graphs, features), accuracies)
    message = "predictor fitted: %d architectures, Kendall τ %.3f on them; %d in the pool"
    log.info(message, len(complete), tau, len(pool.architectures))
    return predictor
