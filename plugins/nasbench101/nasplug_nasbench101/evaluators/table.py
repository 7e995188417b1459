"""Accuracies from the imported table of the dataset."""

import zlib
from typing import Literal

import attrs

from nasplug import Evaluation, Purpose
from nasplug_nasbench101.evaluators.base import DATASET_EPOCHS, LOOKED_UP_SETTINGS, Code, published_parameters
from nasplug_nasbench101.lookup import hash_of_code
from nasplug_nasbench101.table.columns import REPEATS
from nasplug_nasbench101.table.table import Table


@attrs.define(eq=False)
class TableEvaluator:
    """Looks accuracies up: `final` is the mean test accuracy of a cell's three trainings.

    `record` says whether `search` is the validation accuracy of one training, drawn at random, or the mean of all.
    """

    table: Table
    record: Literal["random", "mean"]
    settings = LOOKED_UP_SETTINGS

    @property
    def origin(self) -> str:
        """Where accuracies come from, in words."""
        return f"the dataset's table in {self.table.path}"

    @property
    def epochs(self) -> list[int]:
        """The epoch budgets of the table."""
        return self.table.epochs

    def parameters(self, code: Code) -> int:
        """Returns the trainable parameters of the dataset's network, also of a cell that the table does not have."""
        return published_parameters(code)

    def evaluate(self, code: Code, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns accuracy and training time; `seed` and the cell decide which training `search` answers with.

        Raises:
            NoTable: the table does not have this epoch budget
            NotInTable: the table does not have this cell
        """
        epochs = epochs or DATASET_EPOCHS
        self.table.of_epochs(epochs)  # for a wrong budget, before a missing cell is noticed
        row = self.table.row_of(hash_of_code(code))
        metrics = {"parameters": float(self.table.parameters[row]), "epochs": float(epochs)}
        if purpose == "search" and self.record == "random":
            repeat = zlib.crc32(f"{seed},{row}".encode()) % REPEATS
            training = self.table.training(row, epochs, repeat)
            metrics["record"] = repeat
        else:
            training = self.table.mean(row, epochs)
        fraction = training.test_accuracy if purpose == "final" else training.validation_accuracy
        return Evaluation(100.0 * fraction, training.training_time, metrics, "table")
