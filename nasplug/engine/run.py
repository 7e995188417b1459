"""One run in memory: it asks the strategy for jobs, and tells every plugin of the trials."""

from collections.abc import Iterator
from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.engine.evaluation import derived_seed, measured_latency
from nasplug.engine.settings import Settings
from nasplug.errors import PluginError
from nasplug.types import Architecture, Job, Purpose, Trial

if TYPE_CHECKING:
    import pluggy


@attrs.define(eq=False)
class TrialsInFlight:
    """The numbers of the trials that wait for a worker or have one, for those who show a run.

    Every thread changes these sets by single operations, which are atomic in Python. `queued` holds those of `working`
    for which an executor's cluster has no room yet.
    """

    waiting: set[int] = attrs.field(factory=set)
    working: set[int] = attrs.field(factory=set)
    queued: set[object] = attrs.field(factory=set)

    @contextmanager
    def evaluating(self, number: int) -> Iterator[None]:
        """Counts a trial as working until the block ends, however it ends."""
        self.waiting.discard(number)
        self.working.add(number)
        try:
            yield
        finally:
            self.working.discard(number)

    def __str__(self) -> str:
        queued = len(self.queued)
        return f"{max(0, len(self.working) - queued)} running, {len(self.waiting) + queued} waiting"


def _setting(name: str) -> Any:
    """Returns a property for one of the run's settings; `nasplug.Run` explains them."""
    return property(attrgetter(f"settings.{name}"))


@attrs.define(eq=False)
class ActiveRun:
    """The `nasplug.Run` that plugins receive, and what the loop needs besides.

    `next_number` is the number of the next trial, `issued` counts the search jobs so far. `stored_finals` are the
    numbers of the stored `final` trials of a resumed run, which no other trial may get.
    """

    name: str
    hook: "pluggy.HookRelay"
    settings: Settings
    space: object
    trials: list[Trial] = attrs.field(factory=list)
    rng: np.random.Generator = attrs.field(factory=np.random.default_rng)
    replaying: bool = False
    in_flight: TrialsInFlight = attrs.field(factory=TrialsInFlight)
    storage: str | None = None
    stop_reason: str | None = None
    next_number: int = 0
    issued: int = 0
    stored_finals: frozenset[int] = frozenset()
    space_given: bool = False

    seed = _setting("seed")
    budget = _setting("budget")
    batch = _setting("batch")
    workers = _setting("workers")
    timeout = _setting("timeout")
    device = _setting("device")
    latency_window = _setting("latency_window")
    middleware = _setting("middleware")

    @property
    def remaining(self) -> int | None:
        """How many trials may still be suggested; None without a budget."""
        return None if self.settings.budget is None else self.settings.budget - self.issued

    def stop(self, reason: str) -> None:
        """Ends the search once the evaluations that have begun are finished."""
        self.stop_reason = self.stop_reason or reason

    def ask(self, count: int) -> list[Job]:
        """Asks the strategy for at most `count` architectures and returns them as numbered jobs.

        Raises `PluginError` where the strategy answers with anything but architectures of this space.
        """
        room = count if self.remaining is None else min(count, self.remaining)
        if room <= 0:
            self.stop(f"the budget of {self.budget} trials is used")
        if self.stop_reason:
            return []
        self.rng = np.random.default_rng((self.seed, self.next_number))
        suggested = self.hook.suggest(run=self, count=room)
        if not isinstance(suggested, list | tuple) or len(suggested) > room:
            answer = f"{len(suggested)} architectures" if isinstance(suggested, list | tuple) else repr(suggested)
            raise PluginError(
                f"The strategy {self.settings.strategy!r} was asked for a list of at most {room} architectures "
                f"and returned {answer}."
            )
        return [self.job(architecture) for architecture in suggested]

    def job(self, architecture: Architecture, purpose: Purpose = "search") -> Job:
        """Numbers an architecture and returns its job, with its latency where the run has a device."""
        if not isinstance(architecture, Architecture):
            raise PluginError(
                f"The strategy {self.settings.strategy!r} suggested {architecture!r}, which is no Architecture."
            )
        while (number := self.next_number) in self.stored_finals:
            self.next_number += 1
        self.next_number, self.issued = number + 1, self.issued + (purpose == "search")
        canonical = self.hook.canonical(architecture=architecture)
        latency = measured_latency(self.hook, architecture, self.device) if self.device else None
        seed = derived_seed(self.seed, number, 1)
        return Job(number, architecture, canonical, seed, purpose, latency, self._outside(latency))

    def tell(self, trial: Trial) -> None:
        """Tells every plugin of a trial that is already stored; called in the loop's own thread."""
        if trial.purpose == "search":
            self.trials.append(trial)
        self.hook.on_trial(run=self, trial=trial)

    def _outside(self, latency: float | None) -> str | None:
        """Returns why an architecture of that latency is not evaluated; None where it lies inside the window."""
        window = self.latency_window
        if window is None or latency is None or window[0] <= latency <= window[1]:
            return None
        return f"not evaluated: {latency:.2f} ms on {self.device} is outside the window {window[0]:g}:{window[1]:g} ms"
