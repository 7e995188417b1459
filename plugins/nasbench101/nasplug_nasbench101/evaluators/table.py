"""Accuracies from the imported table of the dataset."""

import zlib
from functools import lru_cache
from typing import Any, Literal

import attrs

from nasplug import Evaluation, Purpose
from nasplug_nasbench101.lookup import hash_of_code
from nasplug_nasbench101.table.columns import REPEATS
from nasplug_nasbench101.table.table import Table

EPOCHS = 108


@attrs.define(eq=False)
class TableEvaluator:
    """Looks accuracies up: `search` is one validation record of the three, `final` the mean test accuracy of all."""

    table: Table
    record: Literal["random", "mean"]
    _row: Any = attrs.field(init=False)
    tabular = True

    def __attrs_post_init__(self) -> None:
        self._row = lru_cache(maxsize=1 << 16)(lambda code: self.table.row_of(hash_of_code(code)))

    @property
    def origin(self) -> str:
        """Where accuracies come from, in words."""
        return f"the dataset's table in {self.table.path}"

    def evaluate(self, code: tuple[int, ...], purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns percent and seconds. Which record `search` answers with, `seed` and the cell decide.

        Raises `NoTable` for an epoch budget that the table does not have, `NotInTable` for a cell.
        """
        epochs = epochs or EPOCHS
        self.table.of_epochs(epochs)
        row = self._row(code)
        metrics = {"parameters": float(self.table.parameters[row]), "epochs": float(epochs)}
        if purpose == "final":
            mean = self.table.mean(row, epochs)
            return Evaluation(100.0 * mean.test_accuracy, mean.training_time, metrics, "table")
        if self.record == "mean":
            mean = self.table.mean(row, epochs)
            return Evaluation(100.0 * mean.validation_accuracy, mean.training_time, metrics, "table")
        repeat = zlib.crc32(f"{seed},{row}".encode()) % REPEATS
        one = self.table.training(row, epochs, repeat)
        return Evaluation(100.0 * one.validation_accuracy, one.training_time, metrics | {"record": repeat}, "table")
