"""Ends a search by cost, time or success, beside the number of trials that `--budget` sets."""

import time
from typing import ClassVar

import attrs

from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.types import Run, Trial

_positive = attrs.validators.optional(attrs.validators.gt(0))


@attrs.define(eq=False)
class Budget:
    """Stops the run when one of its bounds is reached; evaluations that have begun are finished and kept.

    No trial depends on the bounds: a run may go on with others.
    """

    watches: ClassVar[bool] = True

    max_cost: float | None = option(None, "seconds of training that the search may cost", validator=_positive)
    max_seconds: float | None = option(
        None, "seconds that the search may last; a resumed one lasts as long again", validator=_positive
    )
    target: float | None = option(
        None, "validation accuracy in percent, or value of the main objective, that is enough"
    )
    _cost: float = attrs.field(default=0.0, init=False)
    _started: float = attrs.field(default=0.0, init=False)

    @hookimpl
    def on_start(self) -> None:
        """Sets the cost and the clock to zero."""
        self._cost, self._started = 0.0, time.monotonic()

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Adds the cost of a search trial, and stops the run where a bound is reached."""
        if trial.purpose != "search":
            return
        self._cost += trial.evaluation.cost if trial.evaluation else 0.0
        if self.max_cost is not None and self._cost >= self.max_cost:
            run.stop(f"the trials cost {self._cost:.0f} s of training, the bound is {self.max_cost:g} s")
        if run.replaying:
            self._started = time.monotonic()  # stored trials of a resumed run take no time of the search
        elif self.max_seconds is not None and time.monotonic() - self._started >= self.max_seconds:
            run.stop(f"the search has lasted {self.max_seconds:g} s")
        objective = run.objectives[0]
        if self.target is not None and run.score(trial) >= objective.score(self.target):
            reached = objective.text(objective.score(run.score(trial)))
            wanted = f"{self.target:g} {objective.unit}".rstrip()
            run.stop(f"trial {trial.number} reached {reached}, the target is {wanted}")
