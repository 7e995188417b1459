"""What the space asks of a source of accuracies."""

from typing import Protocol

from nasplug import Evaluation
from nasplug.types import Purpose

Code = tuple[int, ...]


class Evaluator(Protocol):
    """One source of accuracies: the table of the dataset, real training, …"""

    def evaluate(self, code: Code, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns what the source knows of a valid code; `epochs` None means the source's own."""
