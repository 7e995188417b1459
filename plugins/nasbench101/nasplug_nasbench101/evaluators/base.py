"""What the space asks of a source of accuracies."""

from typing import Protocol

from nasplug import Evaluation, Purpose

Code = tuple[int, ...]


class Evaluator(Protocol):
    """One source of accuracies: the table of the dataset, the surrogate, real training."""

    @property
    def tabular(self) -> bool:
        """Whether accuracies are looked up, so that large budgets cost nothing."""

    @property
    def origin(self) -> str:
        """Where accuracies come from, in words."""

    def evaluate(self, code: Code, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns what the source knows of a valid code; `epochs` None means the source's own."""
