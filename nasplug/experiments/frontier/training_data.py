"""What a predictor learns from: architectures with accuracies, in a CSV file or a stored run."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nasplug.errors import StorageError
from nasplug.types import ACCURACY, Architecture, Evaluation, Trial

COLUMNS = ("architecture", "accuracy")


def read_trials(path: Path, hook: Any) -> list[Trial]:
    """Returns the rows of a CSV file with the columns `architecture` and `accuracy` as complete trials.

    The accuracy is in percent, unless the space's `objective` says otherwise. A file that `nasplug export` wrote can be
    read too: its failed and infeasible trials and its final evaluations are left out.

    Raises:
        StorageError: for a missing column, a file without rows, fractions instead of percent, or a wrong line
    """
    space = space_of_architectures(hook)
    trials: list[Trial] = []
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            for line, row in _search_rows(csv.DictReader(file), path):
                trials.append(_trial(len(trials), row, space, hook, line))
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
    if not trials:
        raise StorageError(f"{path} is empty: there is nothing to learn from.")
    is_percent = (hook.objective() or ACCURACY).unit == "%"
    if is_percent and (highest := max(trial.accuracy or 0.0 for trial in trials)) <= 1.0:
        raise StorageError(f"{path} has no accuracy above {highest:g} %: it needs percent, as in 94.3, not fractions.")
    return trials


def _search_rows(rows: "csv.DictReader[str]", path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """Yields file and line, and the row, of each complete search trial. Raises `StorageError` without the columns."""
    if missing := [column for column in COLUMNS if column not in (rows.fieldnames or ())]:
        present = ", ".join(rows.fieldnames or ()) or "none"
        raise StorageError(
            f"{path} lacks the columns {', '.join(missing)}; there are: {present}. "
            "It needs architecture,accuracy (percent, or what the space calls its objective)."
        )
    for row in rows:
        of_search = (row.get("purpose") or "search") == "search" and row.get("state") != "infeasible"
        if row["accuracy"] != "" and of_search:
            yield f"{path}, line {rows.line_num}", row


def _trial(number: int, row: dict[str, str], space: str, hook: Any, line: str) -> Trial:
    if lacking := [column for column in COLUMNS if row[column] is None]:
        raise StorageError(f"{line}: the row ends before its {lacking[0]}.")
    try:
        architecture = Architecture.parse(row["architecture"], space)
        hook.canonical(architecture=architecture)  # or an InvalidArchitecture, which is a ValueError
        evaluation = Evaluation(float(row["accuracy"]), 0.0, source="file")
    except ValueError as error:
        raise StorageError(f"{line}: {error}") from error
    return Trial(number, architecture, "complete", evaluation, None, "search", 0.0, 0.0)


def space_of_architectures(hook: Any) -> str:
    """Returns the name that a space gives its architectures, which differs from `module:Class` as it was named."""
    return str(hook.sample(rng=np.random.default_rng(0)).space)


def require_space(trials: Sequence[Trial], space: str, run: str) -> None:
    """Raises `StorageError` where the trials of the run named `run` are of another space."""
    if trials[0].architecture.space != space:
        raise StorageError(f"The run {run!r} searched {trials[0].architecture.space}, not {space}.")
