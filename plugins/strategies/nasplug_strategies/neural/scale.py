"""Between the main objective of a run and the percent that a predictor learns."""

from collections.abc import Sequence
from typing import Any, Self

import attrs
import numpy as np

from nasplug import Objective, Run, Trial

Array = np.ndarray[Any, np.dtype[np.float64]]


@attrs.frozen
class Scale:
    """Scores of an objective as percent and back: the worst trial at hand is 0 % and the best 100 %.

    Percent of which more is better stay as they are: `span` is None then.
    """

    objective: Objective
    low: float = 0.0
    span: float | None = None

    @classmethod
    def of(cls, run: Run, trials: Sequence[Trial]) -> Self:
        """Returns the scale of the complete ones of these trials of a run."""
        objective = run.objectives[0]
        scores = [run.score(trial) for trial in trials if trial.state == "complete"]
        is_percent = objective.unit == "%" and objective.direction == "max"
        if not scores or (is_percent and min(scores) >= 0.0 and max(scores) <= 100.0):
            return cls(objective)
        return cls(objective, min(scores), (max(scores) - min(scores)) or 1.0)

    def percent(self, scores: Sequence[float]) -> Sequence[float]:
        """Returns scores `[n]` in percent."""
        return scores if self.span is None else [100.0 * ((score - self.low) / self.span) for score in scores]  # ≤ 100

    def values(self, percent: Array) -> Array:
        """Returns the objective's values at `percent` `[n]`."""
        scores = percent if self.span is None else self.low + self.span * percent / 100.0
        return scores if self.objective.direction == "max" else -scores
