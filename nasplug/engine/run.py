"""One run as its plugins see it, and the asking: what to evaluate next, and who is told of the outcome."""

from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.engine.evaluation import Job, derived_seed
from nasplug.engine.in_flight import Activity
from nasplug.engine.settings import Settings
from nasplug.errors import PluginError
from nasplug.types import Architecture, Purpose, Trial

if TYPE_CHECKING:
    import pluggy


@attrs.define(eq=False)
class Run:
    """What `suggest`, `on_start`, `on_trial` and `on_stop` receive.

    `space` is the space's instance, from which an executor rebuilds it elsewhere. `trials` are the search
    trials told so far, failed ones included. `rng` is derived from the seed and the number of the next trial
    at each `suggest`, so that no generator has to be saved. `replaying` is True while stored trials of a
    resumed run are told again. `taken` are the numbers of its stored `final` trials, which no other trial gets.
    """

    name: str
    hook: "pluggy.HookRelay"
    settings: Settings
    space: object
    trials: list[Trial] = attrs.field(factory=list)
    rng: np.random.Generator = attrs.field(factory=np.random.default_rng)
    replaying: bool = False
    activity: Activity = attrs.field(factory=Activity)
    storage: str | None = None
    stop_reason: str | None = None
    next_number: int = 0
    issued: int = 0
    taken: frozenset[int] = frozenset()

    @property
    def seed(self) -> int:
        """The seed of the run, from which every generator and every training's seed is derived."""
        return self.settings.seed

    @property
    def budget(self) -> int | None:
        """How many trials the run may make, None where only the cost or the strategy ends it."""
        return self.settings.budget

    @property
    def remaining(self) -> int | None:
        """How many trials may still be suggested, None without a budget."""
        return None if self.settings.budget is None else self.settings.budget - self.issued

    @property
    def device(self) -> str | None:
        """The device whose latency is measured for every architecture, None without one."""
        return self.settings.device

    @property
    def latency_window(self) -> tuple[float, float] | None:
        """The lowest and highest latency wanted, in milliseconds on `device`; None without bounds."""
        return self.settings.latency_window

    def stop(self, reason: str) -> None:
        """Ends the search after what is being evaluated; for middleware that watches a budget or a goal."""
        self.stop_reason = self.stop_reason or reason

    def ask(self, count: int) -> list[Job]:
        """Returns the strategy's next suggestions as numbered jobs; called by the loop when there is room for `count`.

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
            found = f"{len(suggested)} architectures" if isinstance(suggested, list | tuple) else repr(suggested)
            raise PluginError(
                f"The strategy {self.settings.strategy!r} was asked for a list of at most {room} architectures "
                f"and returned {found}."
            )
        return [self.job(architecture) for architecture in suggested]

    def job(self, architecture: Architecture, purpose: Purpose = "search") -> Job:
        """Returns the next numbered job for an architecture, its latency measured where the run has a device."""
        if not isinstance(architecture, Architecture):
            raise PluginError(
                f"The strategy {self.settings.strategy!r} suggested {architecture!r}, which is no Architecture."
            )
        while (number := self.next_number) in self.taken:
            self.next_number += 1
        self.next_number, self.issued = number + 1, self.issued + 1
        canonical = self.hook.canonical(architecture=architecture)
        latency = self.device and self.hook.measure_latency(architecture=architecture, device=self.device)
        seed = derived_seed(self.seed, number, 1)
        return Job(number, architecture, canonical, seed, purpose, latency or None, self._outside(latency or None))

    def tell(self, trial: Trial) -> None:
        """Tells every plugin of a trial that is already stored, in the loop's own thread."""
        if trial.purpose == "search":
            self.trials.append(trial)
        self.hook.on_trial(run=self, trial=trial)

    def _outside(self, latency: float | None) -> str | None:
        window = self.latency_window
        if window is None or latency is None or window[0] <= latency <= window[1]:
            return None
        return f"not evaluated: {latency:.2f} ms on {self.device} is outside the window {window[0]:g}:{window[1]:g} ms"
