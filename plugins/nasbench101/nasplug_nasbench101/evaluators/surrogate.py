"""Accuracies from the surrogate, which predicts them for every cell: no dataset is needed."""

from hashlib import blake2b
from typing import Literal

import attrs

from nasplug import ConfigurationError, Evaluation, Purpose
from nasplug_nasbench101.evaluators.base import DATASET_EPOCHS, LOOKED_UP_SETTINGS, Code, published_parameters
from nasplug_nasbench101.lookup import row_of_code
from nasplug_nasbench101.surrogate import load_surrogate


@attrs.define(eq=False)
class SurrogateEvaluator:
    """Looks predictions up; unless `record` is `mean`, a `search` adds the scatter of a single training.

    All are validation accuracies, those of `final` too: the surrogate knows nothing about test accuracies.
    """

    record: Literal["random", "mean"]
    settings = LOOKED_UP_SETTINGS
    origin = (
        "the embedded surrogate: predicted validation accuracy, not test accuracy "
        "(for the dataset's own figures: nasplug nasbench101 import FILE)"
    )

    @property
    def epochs(self) -> list[int]:
        """The epoch budgets that are predicted."""
        return load_surrogate().epochs

    def parameters(self, code: Code) -> int:
        """Returns the trainable parameters of the dataset's network."""
        return published_parameters(code)

    def evaluate(self, code: Code, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns accuracy and training time; `seed` and the cell decide how far `search` is off the prediction.

        Raises:
            ConfigurationError: the surrogate does not predict this epoch budget
        """
        row, epochs, surrogate = row_of_code(code), epochs or DATASET_EPOCHS, load_surrogate()
        if epochs not in surrogate.accuracy:
            budgets = ", ".join(map(str, surrogate.epochs))
            raise ConfigurationError(
                f"The surrogate predicts trainings of {budgets} epochs, not of {epochs}. Add --epochs {DATASET_EPOCHS}."
            )
        accuracy = surrogate.predicted(row, epochs)
        if purpose == "search" and self.record == "random":
            accuracy = surrogate.noise[epochs].draw(accuracy, _uniform(seed, row))
        metrics = {"parameters": float(self.parameters(code)), "epochs": float(epochs)}
        return Evaluation(accuracy, surrogate.seconds(row, epochs), metrics, "surrogate")


def _uniform(seed: int, row: int) -> float:
    """Returns a number in [0, 1), a function of two integers."""
    return int.from_bytes(blake2b(f"{seed},{row}".encode(), digest_size=6).digest()) / (1 << 48)
