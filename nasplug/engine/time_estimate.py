"""How long a run still takes, by the time that its evaluations have taken so far."""

from math import ceil

import attrs

from nasplug.engine.settings import Settings
from nasplug.types import Trial


@attrs.define(eq=False)
class TimeEstimate:
    """Counts the trials of a run in rounds: all workers together evaluate one after the other.

    `started` and the times of trials are in seconds of one clock. Trials that a resume replays take no time.
    """

    settings: Settings
    started: float
    _done: int = attrs.field(default=0, init=False)
    _searched: int = attrs.field(default=0, init=False)
    _confirmed: int = attrs.field(default=0, init=False)
    _measured: int = attrs.field(default=0, init=False)  # trials that were evaluated since the start
    _last: float = attrs.field(default=0.0, init=False)  # when the last one of them was over

    def add(self, trial: Trial, now: float, is_replayed: bool) -> None:
        """Counts a trial that is over."""
        self._done += 1
        self._searched += trial.purpose == "search"
        self._confirmed += trial.purpose == "confirm"
        if not is_replayed:
            self._measured, self._last = self._measured + 1, now

    @property
    def evaluations(self) -> int | None:
        """How many trials there are in all, those included that confirm and the final ones; None without a budget."""
        budget, finals = self.settings.budget, 1 if self.settings.finals is None else self.settings.finals
        return None if budget is None else budget + self.confirmations + finals

    @property
    def confirmations(self) -> int:
        """How many trainings confirm the best."""
        count, repeats = self.settings.confirm or (0, 0)
        return count * repeats

    def seconds_left(self, now: float) -> float | None:
        """Returns how long it still takes; None as long as nothing is measured, or without a budget."""
        settings, total = self.settings, self.evaluations
        if total is None or settings.budget is None or not self._measured or self._done >= total:
            return None
        rounds = self._rounds(settings.budget) - self._rounds(self._searched)
        rounds += self._rounds(self.confirmations) - self._rounds(self._confirmed)
        rounds += self._rounds(total - settings.budget - self.confirmations)
        seconds_a_round = (self._last - self.started) / self._rounds(self._measured)
        return max(0.0, seconds_a_round * rounds - (now - self._last))

    def _rounds(self, trials: int) -> int:
        return ceil(trials / self.settings.workers)
