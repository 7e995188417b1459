"""What a predictor learns from: architectures with accuracies, in a CSV file or a stored run."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from nasplug.engine.space_facts import objective_of
from nasplug.engine.trial_rows import TrialMaker, read_csv
from nasplug.errors import StorageError
from nasplug.types import Trial


def read_trials(path: Path, hook: Any) -> list[Trial]:
    """Returns the rows of a CSV file with the columns `architecture` and `accuracy` as complete trials.

    The accuracy is in percent, unless the space's `objective` says otherwise. A file that `nasplug export` wrote can be
    read too: its failed and infeasible trials and its final evaluations are left out.

    Raises:
        StorageError: for a missing column, a file without rows, fractions instead of percent, or a wrong line
    """
    objective = objective_of(hook)
    bounds = objective.low, objective.high
    maker = TrialMaker(hook, bounds=bounds)
    trials: list[Trial] = []
    for row in read_csv(path, bounds).rows:
        if not row.unused:
            try:
                trials.append(maker.trial(row, len(trials), "file"))
            except ValueError as error:
                raise StorageError(f"{row.place}: {error}") from error
    if not trials:
        raise StorageError(f"{path} is empty: there is nothing to learn from.")
    return trials


def require_space(trials: Sequence[Trial], space: str, run: str) -> None:
    """Raises `StorageError` where the trials of the run named `run` are of another space."""
    if trials[0].architecture.space != space:
        raise StorageError(f"The run {run!r} searched {trials[0].architecture.space}, not {space}.")
