"""What a predictor learns from: architectures with accuracies, of a CSV file or of a stored run."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nasplug.errors import InvalidArchitecture, StorageError
from nasplug.types import Architecture, Evaluation, Trial

COLUMNS = ("architecture", "accuracy")


def read_trials(path: Path, hook: Any) -> list[Trial]:
    """Returns the rows of a CSV file with the columns `architecture,accuracy` (percent) as complete trials.

    `hook` is that of the space. What `nasplug export` writes has more rows than are
    learnt from: those with an empty accuracy, of failed trials, and final evaluations are left out.
    Raises `StorageError` for a missing column, an empty file, fractions in the place of percent, or naming the line
    that is wrong.
    """
    space = own_name(hook)
    trials: list[Trial] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for where, row in _rows(csv.DictReader(file), path):
                trials.append(_trial(len(trials), row, space, where))
                _check(trials[-1], hook, where)
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
    if not trials:
        raise StorageError(f"{path} is empty: there is nothing to learn from.")
    if (most := max(trial.accuracy or 0.0 for trial in trials)) <= 1.0:
        raise StorageError(f"{path} has no accuracy above {most:g} %: wanted percent, as in 94.3, not fractions.")
    return trials


def _rows(rows: "csv.DictReader[str]", path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yields each row that has the accuracy of a search, after its place. Raises `StorageError` without the columns."""
    if missing := [column for column in COLUMNS if column not in (rows.fieldnames or ())]:
        there = ", ".join(rows.fieldnames or ()) or "none"
        raise StorageError(
            f"{path} lacks the columns {', '.join(missing)}; there are: {there}. "
            "Wanted: architecture,accuracy (percent)."
        )
    for row in rows:
        if row["accuracy"] != "" and (row.get("purpose") or "search") == "search":
            yield f"{path}, line {rows.line_num}", row


def _trial(number: int, row: dict[str, str], space: str, where: str) -> Trial:
    if lacking := [column for column in COLUMNS if row[column] is None]:
        raise StorageError(f"{where}: the row ends before its {lacking[0]}.")
    try:
        architecture = Architecture.parse(row["architecture"], space)
        evaluation = Evaluation(float(row["accuracy"]), 0.0, source="file")
    except ValueError as error:
        raise StorageError(f"{where}: {error}") from error
    return Trial(number, architecture, "complete", evaluation, None, "search", 0.0, 0.0)


def _check(trial: Trial, hook: Any, where: str) -> None:
    try:
        hook.canonical(architecture=trial.architecture)
    except InvalidArchitecture as error:
        raise StorageError(f"{where}: {error}") from error


def own_name(hook: Any) -> str:
    """Returns the name that a space gives its architectures, also where it was named as `module:Class`."""
    return str(hook.sample(rng=np.random.default_rng(0)).space)


def of_space(trials: Sequence[Trial], space: str, run: str) -> Sequence[Trial]:
    """Returns the trials. Raises `StorageError` where the run is one of another space."""
    if trials[0].architecture.space != space:
        raise StorageError(f"The run {run!r} searched {trials[0].architecture.space}, not {space}.")
    return trials
