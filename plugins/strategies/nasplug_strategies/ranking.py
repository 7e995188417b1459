"""From the trials of a run to an order of its pool."""

import logging
from typing import TYPE_CHECKING, Any

import numpy as np

from nasplug_strategies.pool import Pool, encode
from nasplug_strategies.predictor.graphs import padded
from nasplug_strategies.predictor.metrics import kendall_tau
from nasplug_strategies.predictor.predictor import NeuralPredictor

if TYPE_CHECKING:
    from nasplug.run import Run

log = logging.getLogger("nasplug")


def rank(run: "Run", pool: Pool, settings: dict[str, Any]) -> list[int]:
    """Returns the rows of `pool`, best predicted first, after a fit to the complete trials of the run."""
    complete = [trial for trial in run.trials if trial.evaluation]
    accuracy = [trial.evaluation.accuracy for trial in complete if trial.evaluation]
    graphs, features = encode(run.hook, [trial.architecture for trial in complete])
    graphs = padded(graphs, pool.graphs.x.shape[1])  # the few trained may all be smaller than the largest of the pool
    predictor = NeuralPredictor(seed=run.seed, **settings).fit(graphs, accuracy, features)
    tau = kendall_tau(predictor.predict(graphs, features), accuracy)
    log.info(
        "predictor fitted: %d architectures, Kendall τ %.3f on them; %d in the pool",
        len(complete),
        tau,
        len(pool.architectures),
    )
    predicted = predictor.predict(pool.graphs, pool.features)
    order: list[int] = np.argsort(-predicted, kind="stable").tolist()
    return order
