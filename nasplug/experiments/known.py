"""What a predictor learns from: architectures with accuracies, of a CSV file or of a stored run."""

import csv
from collections.abc import Sequence
from pathlib import Path

from nasplug.errors import StorageError
from nasplug.types import Architecture, Evaluation, Trial

COLUMNS = ("architecture", "accuracy")


def read_trials(path: Path, space: str) -> list[Trial]:
    """Returns the rows of a CSV file with the columns `architecture,accuracy` (percent) as complete trials.

    Raises `StorageError` for a missing column, an empty file, or naming the line that is wrong.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            rows = csv.DictReader(file)
            missing = [column for column in COLUMNS if column not in (rows.fieldnames or ())]
            if missing:
                there = ", ".join(rows.fieldnames or ()) or "none"
                raise StorageError(
                    f"{path} lacks the columns {', '.join(missing)}; there are: {there}. "
                    "Wanted: architecture,accuracy (percent)."
                )
            trials = [_trial(number, row, space, f"{path}, line {rows.line_num}") for number, row in enumerate(rows)]
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
    if not trials:
        raise StorageError(f"{path} is empty: there is nothing to learn from.")
    return trials


def _trial(number: int, row: dict[str, str], space: str, where: str) -> Trial:
    try:
        architecture = Architecture.parse(row["architecture"], space)
        evaluation = Evaluation(float(row["accuracy"]), 0.0, source="file")
    except (ValueError, TypeError, AttributeError) as error:
        raise StorageError(f"{where}: {error}") from error
    return Trial(number, architecture, "complete", evaluation, None, "search", 0.0, 0.0)


def of_space(trials: Sequence[Trial], space: str, run: str) -> Sequence[Trial]:
    """Returns the trials. Raises `StorageError` where the run is one of another space."""
    if trials[0].architecture.space != space:
        raise StorageError(f"The run {run!r} searched {trials[0].architecture.space}, not {space}.")
    return trials
