"""Architectures with their accuracies as somebody has written them down, and how trials are made of them."""

import csv
from collections.abc import Collection, Iterable, Sequence
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.result import CHOSEN_BY, COLUMNS, metric_of
from nasplug.engine.space_facts import SpaceFacts
from nasplug.errors import StorageError, first_line
from nasplug.types import Evaluation, Trial

NEEDED = ("architecture", "accuracy")
NO_METRICS = {*COLUMNS, "epochs", "continues"}  # what the columns of metrics are not called
PERCENT = (0.0, 100.0)
# Why a row is unused without a mistake of anybody.
REPEATED = ("it is a final evaluation", "it is a confirm evaluation")
Line = tuple[str, dict[str, str]]  # file and number of a line, and its cells by column


@attrs.frozen
class Row:
    """One architecture with its accuracy, not checked yet.

    `place` says where it stands. `unused` says why it is no complete trial of a search, as some rows of every export
    are none; `malformed` why it cannot be read. Both are empty where there is no such reason.
    """

    place: str
    architecture: str
    accuracy: float | str | None
    metrics: dict[str, float]
    epochs: int | str | None = None
    unused: str = ""
    malformed: str = ""

    @classmethod
    def of_trial(cls, trial: Trial, place: str) -> "Row":
        """Returns the row of a trial of any run."""
        unused = ""
        if trial.purpose in ("confirm", "final"):
            unused = f"it is a {trial.purpose} evaluation"
        elif trial.state == "infeasible":
            unused = f"it breaks a limit: {first_line(trial.error)}"
        elif trial.evaluation is None:
            unused = f"it has no accuracy: {first_line(trial.error) or trial.state}"
        metrics = trial.evaluation.metrics if trial.evaluation else {}
        return cls(place, str(trial.architecture), trial.accuracy, metrics, trial.epochs, unused)


@attrs.frozen
class Table:
    """Rows, and in `remarks` what beside them cannot be used, a sentence each."""

    rows: list[Row]
    remarks: list[str] = attrs.field(factory=list)


def read_csv(path: Path, bounds: tuple[float, float] = PERCENT) -> Table:
    """Returns the rows of a CSV file with the columns `architecture` and `accuracy`, which lies within `bounds`.

    A column `epochs` says how long each was trained. Of the other columns that `nasplug export` writes, only those are
    read that mark failed trials and final evaluations. All further columns are metrics.

    Raises:
        StorageError: the file cannot be read, lacks one of the two columns, has a column twice, or has fractions where
            `bounds` are those of percent
    """
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            columns = list(reader.fieldnames or ())
            _check_columns(path, columns)
            lines = [(f"{path}, line {reader.line_num}", cells) for cells in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StorageError(f"{path} cannot be read: {error}.") from error
    further = [column for column in columns if column not in (*COLUMNS, CHOSEN_BY)]
    texts = {column: place for column in further if (place := _first_text(column, lines))}
    rows = [_row(line, further, texts) for line in lines]
    if bounds == PERCENT:
        _refuse_fractions(path, rows)
    return Table(rows, [f"{place}, which is no number: the column is no metric" for place in texts.values()])


@attrs.frozen
class TrialMaker:
    """Makes trials of rows that fit a space.

    Args:
        hook: the hooks of the space
        space: how the user named it, for messages; by default as its architectures do
        bounds: the lowest and the highest accuracy that there can be
    """

    hook: Any
    space: str = ""
    bounds: tuple[float, float] = PERCENT
    _facts: SpaceFacts = attrs.field(init=False)

    @_facts.default
    def _ask_the_space(self) -> SpaceFacts:
        return SpaceFacts.of(self.hook, self.space)

    def trial(self, row: Row, number: int, source: str) -> Trial:
        """Returns a complete trial that has cost nothing. Raises `ValueError` saying why the row is none."""
        if problem := row.malformed or row.unused:
            raise ValueError(problem)
        architecture = self._facts.parsed(row.architecture)
        canonical = self._facts.canonical(architecture)
        evaluation = Evaluation(self._accuracy(row.accuracy), 0.0, row.metrics, source)
        epochs = _whole_epochs(row.epochs)
        return Trial(number, architecture, "complete", evaluation, None, "search", 0.0, 0.0, canonical, epochs=epochs)

    def _accuracy(self, value: float | str | None) -> float:
        low, high = self.bounds
        accuracy = _number(value)
        if accuracy is None or not low <= accuracy <= high:  # NaN fails this comparison as well
            kind = "percentage" if self.bounds == PERCENT else "number"
            raise ValueError(f"accuracy must be a {kind} between {low:g} and {high:g}, got {value}")
        return accuracy


def _check_columns(path: Path, columns: Sequence[str]) -> None:
    if missing := [column for column in NEEDED if column not in columns]:
        raise StorageError(
            f"{path} lacks the columns {', '.join(missing)}; there are: {', '.join(columns) or 'none'}. "
            "It needs architecture,accuracy (percent, or what the space calls its objective)."
        )
    if twice := sorted({column for column in columns if columns.count(column) > 1}):
        raise StorageError(f"{path} has more than one column {twice[0]!r}: leave out all but one.")


def _first_text(column: str, lines: Iterable[Line]) -> str:
    """Returns where a column first has a text that is no number, and the text; empty where it never does."""
    texts = ((place, cells[column]) for place, cells in lines if cells[column] and _number(cells[column]) is None)
    return next((f"{place}: {column} is {text!r}" for place, text in texts), "")


def _row(line: Line, further: Iterable[str], texts: Collection[str]) -> Row:
    place, cells = line
    numbers = {column: _number(cells[column]) for column in further if column not in texts}
    metrics = {metric_of(column): number for column, number in numbers.items() if number is not None}
    row = Row(place, cells["architecture"], cells["accuracy"], metrics, cells.get("epochs"))
    return attrs.evolve(row, unused=_unused(cells), malformed=_malformed(cells))


def _unused(cells: dict[str, str]) -> str:
    if (cells.get("purpose") or "search") != "search":
        return f"it is a {cells['purpose']} evaluation"
    if cells.get("state") == "infeasible":
        return ": ".join(filter(None, ("it breaks a limit", first_line(cells.get("error")))))
    if cells["accuracy"] == "" or cells.get("state") == "failed":
        return ": ".join(filter(None, ("it has no accuracy", first_line(cells.get("error")))))
    return ""


def _malformed(cells: dict[str, str]) -> str:
    if None in cells:  # where csv puts the cells that are too many
        return "the row has more cells than there are columns: write the architecture in double quotes"
    end = next((column for column in NEEDED if cells[column] is None), None)
    return f"the row ends before its {end}" if end else ""


def _refuse_fractions(path: Path, rows: Iterable[Row]) -> None:
    numbers = [number for row in rows if not row.unused and (number := _number(row.accuracy)) is not None]
    if numbers and all(0.0 <= number <= 1.0 for number in numbers):
        highest = f"no accuracy above {max(numbers):g} %"
        raise StorageError(f"{path} has {highest}: it needs percent, as in 94.3, not fractions.")


def _whole_epochs(value: int | str | None) -> int | None:
    if value is None or value == "":
        return None
    epochs = _number(value)
    if epochs is None or epochs < 1 or not epochs.is_integer():
        raise ValueError(f"epochs must be a whole number of at least 1, got {value}")
    return int(epochs)


def _number(value: float | str | None) -> float | None:
    """Returns a cell as a number, None where it is empty or a text."""
    try:
        return None if value is None else float(value)
    except ValueError:
        return None
