"""When the plugins of a run hear of its trials."""

import math
from collections.abc import Callable

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.engine.watch import FailureWatch, FigureWatch, LimitWatch, PercentWatch
from nasplug.types import Trial


@attrs.define(eq=False)
class Telling:
    """Holds stored trials until it is their turn, and tells plugins of them.

    Args:
        run: the run
        in_order: whether plugins hear of trials in the order of their numbers; else as they ended
        is_external: whether somebody else evaluates, who may forget to tell a figure
    """

    run: ActiveRun
    in_order: bool
    is_external: bool = False
    held: dict[int, Trial] = attrs.field(factory=dict, init=False)  # stored, not told yet
    replayed: set[int] = attrs.field(factory=set, init=False)  # stored by an earlier driver
    failures: FailureWatch = attrs.field(init=False)
    _watches: list[Callable[[Trial], None]] = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.failures = FailureWatch(self.run)
        self._watches = [self.failures, LimitWatch(self.run), PercentWatch(self.run)]
        self._watches += [] if self.is_external else [FigureWatch(self.run)]

    def tell_held(self, everything: bool = False) -> None:
        """Tells plugins of the trials whose turn it is, or of `everything` that is held."""
        for number in self._turn(everything):
            self._tell(self.held.pop(number))

    def _turn(self, everything: bool) -> list[int]:
        """Returns whose turn it is: in order those below every open number, else all as they ended."""
        held, jobs = self.held, self.run.open
        if not self.in_order:
            return sorted(held, key=lambda number: (held[number].finished, number))
        if everything or not jobs:
            return sorted(held)
        bound = min((number for number, job in jobs.items() if job.purpose == "search"), default=math.inf)
        return sorted(number for number, trial in held.items() if number < bound or trial.purpose != "search")

    def _tell(self, trial: Trial) -> None:
        """Adds a trial to the run, and tells every plugin; a strategy hears of nothing that confirms its search."""
        run = self.run
        run.replaying = trial.number in self.replayed
        if trial.purpose == "known":
            run.known.append(trial)
        if trial.purpose == "confirm":
            run.confirming.append(trial)
            run.manager.subset_hook_caller("on_trial", [run.strategy])(run=run, trial=trial)
        else:
            if trial.purpose != "final":
                run.trials.append(trial)
            run.hook.on_trial(run=run, trial=trial)
        if trial.purpose == "search":
            for watch in self._watches:
                watch(trial)
        run.replaying = False
