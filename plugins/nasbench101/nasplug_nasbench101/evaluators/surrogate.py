"""Accuracies from the surrogate: predicted for every cell, for whoever does not have the dataset."""

from hashlib import blake2b
from typing import Literal

import attrs

from nasplug import ConfigurationError, Evaluation, Purpose
from nasplug_nasbench101.lookup import row_of_code
from nasplug_nasbench101.parameters import parameters
from nasplug_nasbench101.surrogate import surrogate

EPOCHS = 108


@attrs.define(eq=False)
class SurrogateEvaluator:
    """Looks predictions up: `search` adds the scatter of one record, `final` is the prediction itself.

    Both are validation accuracies: nothing is known about test accuracies here.
    """

    record: Literal["random", "mean"]
    tabular = True
    origin = (
        "the embedded surrogate: predicted validation accuracy, not test accuracy "
        "(for the dataset's own figures: nasplug nasbench101 import FILE)"
    )

    def evaluate(self, code: tuple[int, ...], purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns percent and seconds. How far `search` is off the prediction, `seed` and the cell decide.

        Raises `ConfigurationError` for an epoch budget that was not predicted.
        """
        row, epochs, known = row_of_code(code), epochs or EPOCHS, surrogate()
        if epochs not in known.accuracy:
            there = ", ".join(map(str, known.epochs))
            raise ConfigurationError(f"the surrogate predicts trainings of {there} epochs, not of {epochs}")
        accuracy = known.predicted(row, epochs)
        if purpose == "search" and self.record == "random":
            accuracy = known.noise[epochs].draw(accuracy, _uniform(seed, row))
        metrics = {"parameters": float(parameters()[row]), "epochs": float(epochs)}
        return Evaluation(accuracy, known.seconds(row, epochs), metrics, "surrogate")


def _uniform(seed: int, row: int) -> float:
    """Returns a number in [0, 1) that two integers decide."""
    return int.from_bytes(blake2b(f"{seed},{row}".encode(), digest_size=6).digest()) / (1 << 48)
