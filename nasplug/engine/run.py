"""One run in memory: what its plugins see of it."""

import logging
from collections.abc import Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.settings import Settings
from nasplug.types import Architecture, Job, Objective, Trial

if TYPE_CHECKING:
    import pluggy

log = logging.getLogger("nasplug")


@attrs.define(eq=False)
class TrialsInFlight:
    """The numbers of the trials that wait for a worker or have one, for those who show a run.

    Every thread changes these sets by single operations, which are atomic in Python. `queued` holds those of `working`
    for which an executor's cluster has no room yet.
    """

    waiting: set[int] = attrs.field(factory=set)
    working: set[int] = attrs.field(factory=set)
    queued: set[object] = attrs.field(factory=set)

    def begin(self, number: int) -> None:
        """Counts a trial as working."""
        self.waiting.discard(number)
        self.working.add(number)

    def end(self, number: int) -> None:
        """Counts a trial no more."""
        self.working.discard(number)

    def __str__(self) -> str:
        queued = len(self.queued)
        return f"{max(0, len(self.working) - queued)} running, {len(self.waiting) + queued} waiting"


def _setting(name: str) -> Any:
    """Returns a property for one of the run's settings; `nasplug.Run` explains them."""
    return property(attrgetter(f"settings.{name}"))


@attrs.define(eq=False, repr=False)
class ActiveRun:
    """The `nasplug.Run` that plugins receive.

    `next_number` is the number of the next trial. `suggested` counts the search jobs so far, told or not; generators
    and seeds derive from it, since final trials have numbers too. `confirming` are the trials that confirm; a strategy
    does not hear of them. `open` are the jobs without a trial, by number. `exhausted` says why nothing more is
    suggested, while jobs that are open are still evaluated; `stop_reason` why these are not handed out either.
    """

    name: str
    manager: "pluggy.PluginManager"
    settings: Settings
    space: object
    goal: Goal = DEFAULT_GOAL
    trials: list[Trial] = attrs.field(factory=list)
    known: list[Trial] = attrs.field(factory=list)
    confirming: list[Trial] = attrs.field(factory=list)
    rng: np.random.Generator = attrs.field(factory=np.random.default_rng)
    replaying: bool = False
    in_flight: TrialsInFlight = attrs.field(factory=TrialsInFlight)
    storage: str | None = None
    stop_reason: str | None = None
    exhausted: str | None = None
    next_number: int = 0
    suggested: int = 0
    open: dict[int, Job] = attrs.field(factory=dict)
    space_given: bool = False
    strategy: object = None
    _has_told_plan: bool = attrs.field(default=False, init=False)

    def __repr__(self) -> str:
        """Returns one line, whatever the number of trials."""
        settings = self.settings
        return f"<Run {self.name!r}, {settings.space} × {settings.strategy}: {len(self.trials)} trials told>"

    seed = _setting("seed")
    batch = _setting("batch")
    workers = _setting("workers")
    timeout = _setting("timeout")
    device = _setting("device")
    latency_window = _setting("latency_window")
    middleware = _setting("middleware")
    limits = _setting("limits")

    @property
    def hook(self) -> "pluggy.HookRelay":
        """The hooks of the run's plugins."""
        return self.manager.hook

    @property
    def objectives(self) -> Sequence[Objective]:
        """What the run searches for, the main objective first."""
        return self.goal.objectives

    @property
    def pending(self) -> Sequence[Architecture]:
        """The architectures that wait for their evaluation, or are evaluated now."""
        return [job.architecture for job in self.open.values() if job.purpose == "search"]

    @property
    def budget(self) -> int | None:
        """How many trials the run was planned with. Says once that this stays where a run that has grown is asked."""
        settings = self.settings
        if settings.planned not in (None, settings.budget) and not self._has_told_plan:
            self._has_told_plan = True
            log.info(
                "%s planned with a budget of %d trials: what it derives from it stays, the run now goes on to %s.",
                settings.strategy, settings.planned, settings.budget,
            )  # fmt: skip
        return settings.planned or settings.budget

    @property
    def remaining(self) -> int | None:
        """How many trials may still be suggested; None without a budget."""
        return None if self.settings.budget is None else self.settings.budget - self.suggested

    @property
    def end_reason(self) -> str:
        """Why the run ends, where it does now."""
        return self.stop_reason or self.exhausted or "the strategy has nothing more to suggest"

    def values(self, trial: Trial) -> tuple[float, ...]:
        """Returns a trial's value of each objective. Raises `ValueError` where it has none."""
        return self.goal.values(trial)

    def score(self, trial: Trial) -> float:
        """Returns the trial's value of the main objective, higher for better trials; −∞ unless it is complete."""
        return self.goal.score(trial)

    def feasible(self, trial: Trial) -> bool:
        """Returns whether a trial is complete and keeps every limit."""
        return trial.state == "complete"

    def tell_end(self, reason: str) -> None:
        """Tells each plugin why the run ends, also where another one raises then; what it raises is logged."""
        plugins = [implementation.plugin for implementation in reversed(self.hook.on_stop.get_hookimpls())]
        for plugin in plugins:
            others = [other for other in plugins if other is not plugin]
            try:
                self.manager.subset_hook_caller("on_stop", others)(run=self, reason=reason)
            except Exception as error:  # a foreign hook may raise anything; the run has ended all the same
                if not (str(error) and str(error) in reason):
                    log.warning("on_stop of %s raised %s: %s", type(plugin).__name__, type(error).__name__, error)

    def stop(self, reason: str) -> None:
        """Ends the search once the evaluations that have begun are finished."""
        self.stop_reason = self.stop_reason or reason
