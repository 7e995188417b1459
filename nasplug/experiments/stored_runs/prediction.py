"""What the strategy of a run predicts: of any architectures, of its own later trials, and as a ranking."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.analysis.figures import Prediction
from nasplug.engine.predictions import predict
from nasplug.errors import StorageError
from nasplug.experiments.stored_runs.load import complete_trials, require_complete_trials
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.engine.run import ActiveRun

MIN_LEARNT = 4  # trials that a prediction must learn from
MAX_LEARNT = 172  # the paper's N; a predictor learns from so many in seconds
MAX_PREDICTED = 1000  # enough for a figure, and for τ to within 0.02


def predict_later_trials(run: "ActiveRun", trials: Sequence[Trial]) -> Prediction | None:
    """Returns how the run's strategy, having learnt from the first half of the complete trials, predicts the others.

    It learns from at most 172, and predicts at most 1,000, evenly spaced. None where the strategy cannot predict, or
    fewer than eight trials are complete. Errors of plugins are passed on.
    """
    complete = complete_trials(trials)
    half = min(len(complete) // 2, MAX_LEARNT)
    if half < MIN_LEARNT:
        return None
    later = [complete[half + i] for i in evenly_spaced(len(complete) - half, MAX_PREDICTED)]
    predicted = predict(attrs.evolve(run, trials=complete[:half]), [t.architecture for t in later])
    if predicted is None:
        return None
    measured = [run.goal.figure(trial) or 0.0 for trial in later]
    return Prediction(complete[half].number, [t.number for t in later], predicted, measured)


def rank_by_prediction(run: "ActiveRun", trials: Sequence[Trial]) -> list[tuple[Trial, float]]:
    """Returns the complete search trials and the main objective's value predicted of each, the best first.

    The best of many noisy values is often a lucky one. A predictor that has learnt from all of them, including that
    one, says more about what an architecture is worth. Raises `StorageError` where no trial is complete or the strategy
    cannot predict. Errors of plugins are passed on.
    """
    complete = require_complete_trials(trials, run.name, goal=run.goal)
    predicted = predict(attrs.evolve(run, trials=complete), [trial.architecture for trial in complete])
    if predicted is None:
        raise StorageError(
            f"The strategy of the run {run.name!r}, {run.settings.strategy}, predicts nothing. One that does is "
            "neural_predictor."
        )
    return sorted(zip(complete, predicted, strict=True), key=lambda pair: -run.goal.objective.score(pair[1]))


def evenly_spaced(length: int, count: int) -> list[int]:
    """Returns at most `count` indices of a sequence of `length`, evenly spaced from the first to the last one."""
    return [round(place) for place in np.linspace(0, length - 1, min(length, count)).tolist()]
