"""Architectures and accuracies from a CSV file, encoded for a predictor."""

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import nasplug
from nasplug import Architecture, options
from nasplug_strategies.pool import encode
from nasplug_strategies.predictor.errors import PredictorError

if TYPE_CHECKING:
    from nasplug_strategies.predictor.graphs import Graphs


def encoded(space: str, space_options: Iterable[str], data: Path) -> "tuple[Graphs, Any, list[float]]":
    """Returns graphs, features (or None) and accuracies in percent of the file's rows.

    Raises `PredictorError` naming the line that cannot be read, `InvalidArchitecture` from the space.
    """
    architectures, accuracy = read_rows(data, space)
    hook = nasplug.space(space, **options.parse(space_options))
    return *encode(hook, architectures), accuracy


def read_rows(data: Path, space: str) -> tuple[list[Architecture], list[float]]:
    """Returns the columns `architecture` and `accuracy` of a CSV file."""
    with data.open(newline="", encoding="utf-8") as file:
        rows = csv.DictReader(file)
        missing = {"architecture", "accuracy"} - set(rows.fieldnames or ())
        if missing:
            raise PredictorError(f"{data}: wanted the columns architecture,accuracy; missing: {sorted(missing)}")
        architectures, accuracy = [], []
        for row in rows:
            try:
                architectures.append(Architecture.parse(row["architecture"], space))
                accuracy.append(float(row["accuracy"]))
            except (ValueError, TypeError, AttributeError) as error:
                raise PredictorError(f"{data}, line {rows.line_num}: {error}") from error
    if not architectures:
        raise PredictorError(f"{data} holds no architecture")
    return architectures, accuracy
