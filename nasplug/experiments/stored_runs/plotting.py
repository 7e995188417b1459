"""The figures of stored runs, by the names that `nasplug plot --kind` has for them."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nasplug.analysis.run_figure import hypervolume_figure, incumbent_figure, latency_figure, prediction_figure
from nasplug.errors import StorageError
from nasplug.experiments.stored_runs.load import Kept, run_of
from nasplug.experiments.stored_runs.prediction import predicted

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nasplug.analysis.report.subject import Prediction

OF_TRIALS = {"incumbent": incumbent_figure, "latency": latency_figure, "hypervolume": hypervolume_figure}


def figure_of_runs(kind: str, kept: Sequence[Kept], title: str, safe: bool = False) -> "Figure":
    """Returns the figure `kind` of the runs side by side: one of `OF_TRIALS`, or `prediction`.

    A prediction imports the plugins of the run, with `safe` only trusted ones. Raises `StorageError` for a run that
    lacks what the figure shows.
    """
    if kind == "prediction":
        return prediction_figure({each.run.name: _prediction(each, safe) for each in kept}, title)
    return OF_TRIALS[kind]({each.run.name: each.trials for each in kept}, title)


def _prediction(kept: Kept, safe: bool) -> "Prediction":
    found = predicted(run_of(kept, safe), kept.trials)
    if found is None:
        raise StorageError(
            f"The run {kept.run.name!r} has no predictions to plot: its strategy, {kept.run.settings['strategy']}, "
            "predicts nothing, or fewer than eight trials are complete."
        )
    return found
