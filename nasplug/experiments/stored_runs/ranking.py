"""The trained architectures in the order of what the run's strategy predicts of them."""

from collections.abc import Sequence

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.errors import StorageError
from nasplug.experiments.stored_runs.load import complete
from nasplug.experiments.stored_runs.prediction import predictions
from nasplug.types import Trial


def favourites(run: ActiveRun, trials: Sequence[Trial]) -> list[tuple[Trial, float]]:
    """Returns the complete search trials, best predicted first, each with what is predicted of it in percent.

    The best of many noisy records is often the luckiest. A predictor that has learnt from all of them, that one among
    them, sees more of what its architecture is worth. Raises `StorageError` where no trial is complete or the
    strategy predicts nothing; what a plugin raises passes.
    """
    known = complete(trials, run.name)
    answer = predictions(attrs.evolve(run, trials=known), [trial.architecture for trial in known])
    if answer is None:
        raise StorageError(
            f"The strategy of the run {run.name!r}, {run.settings.strategy}, predicts nothing. One that does is "
            "neural_predictor."
        )
    return sorted(zip(known, answer, strict=True), key=lambda pair: -pair[1])
