"""Looks at the trials of a run for what its user should know early.

Stored trials of a run that is resumed count, but say nothing: that was said when they were new.
"""

import logging

import attrs

from nasplug.engine.evaluation import LACKS
from nasplug.engine.run import ActiveRun
from nasplug.errors import first_line
from nasplug.types import Trial

log = logging.getLogger("nasplug")
FIRST_FAILURES = 5  # failed trials at the very beginning that end a run
REFUSED_IN_A_ROW = 1000  # architectures outside of the limits that end a run
ALL_BELOW_ONE = 3  # trials after which accuracies of at most 1 % look like shares


@attrs.define(eq=False)
class FailureWatch:
    """Ends a run whose trials fail one after the other: the next one would be paid for in vain."""

    run: ActiveRun
    _in_a_row: int = attrs.field(default=0, init=False)
    _has_succeeded: bool = attrs.field(default=False, init=False)
    _last: str = attrs.field(default="", init=False)  # the last failure

    def __call__(self, trial: Trial) -> None:
        """Counts a search trial, unless it was refused before its evaluation, and ends the run where it is too much."""
        if trial.state == "infeasible" and trial.evaluation is None:
            return
        failed = trial.state == "failed"
        self._in_a_row = self._in_a_row + 1 if failed else 0
        self._has_succeeded = self._has_succeeded or not failed
        self._last = first_line(trial.error) if failed else ""
        if not self.run.replaying:
            self.check("Mend the cause and go on with --resume, or allow more with --max-failures")

    def check(self, advice: str) -> None:
        """Ends the run where too many of its latest trials have failed."""
        most = self.run.settings.max_failures
        if self._in_a_row >= (most or FIRST_FAILURES) and (most or not self._has_succeeded):
            self.run.stop(f"{self._in_a_row} trials in a row failed, the last with {self._last}. {advice}")


@attrs.define(eq=False)
class FigureWatch:
    """Ends a run whose first evaluation lacks a figure that the run looks at: no other one will have it."""

    run: ActiveRun
    _is_there: bool = attrs.field(default=False, init=False)  # whether an evaluation had all figures

    def __call__(self, trial: Trial) -> None:
        """Looks at a search trial."""
        lacks = trial.state == "failed" and (trial.error or "").startswith(LACKS)
        self._is_there = self._is_there or trial.evaluation is not None
        if lacks and not self._is_there and not self.run.replaying:
            self.run.stop(f"{first_line(trial.error)}. See --objective and --limit")


@attrs.define(eq=False)
class PercentWatch:
    """Warns of accuracies that look like shares, where they are to be in percent."""

    run: ActiveRun
    _looks_like_shares: int = attrs.field(default=0, init=False)

    def __call__(self, trial: Trial) -> None:
        """Looks at a search trial, until one is above 1 %."""
        if self._looks_like_shares < 0 or trial.accuracy is None or self.run.goal.main.unit != "%":
            return
        self._looks_like_shares = self._looks_like_shares + 1 if 0.0 < trial.accuracy <= 1.0 else -1
        if self._looks_like_shares < ALL_BELOW_ONE:
            return
        self._looks_like_shares = -1
        if not self.run.replaying:
            log.warning(
                "The accuracies of the first %d trials are at most 1, the last is %g. nasplug wants percent, 93 for "
                "0.93: multiply by 100 in evaluate.", ALL_BELOW_ONE, trial.accuracy,
            )  # fmt: skip


@attrs.define(eq=False)
class LimitWatch:
    """Ends a run that finds nothing inside its limits: without a budget it would go on for ever."""

    run: ActiveRun
    _in_a_row: int = attrs.field(default=0, init=False)

    def __call__(self, trial: Trial) -> None:
        """Counts a search trial, and ends the run where it is too much."""
        is_refused = trial.state == "infeasible" and trial.evaluation is None
        self._in_a_row = self._in_a_row + 1 if is_refused else 0
        if self._in_a_row >= REFUSED_IN_A_ROW and not self.run.replaying:
            self.run.stop(f"the last {self._in_a_row:,} architectures are outside of the limits: {trial.error}")
