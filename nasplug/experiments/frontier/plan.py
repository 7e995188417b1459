"""What `nasplug frontier` was asked for, and how it is answered."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.errors import UsageError
from nasplug.experiments.frontier.frontier import Candidate, Frontier, find, trained
from nasplug.experiments.frontier.training_data import of_space, own_name, read_trials
from nasplug.experiments.frontier.window import Window
from nasplug.experiments.stored_runs.load import complete, load, revived
from nasplug.types import Trial


@attrs.frozen(kw_only=True)
class Request:
    """The space, the window, what to learn from (`run` in `storage`, or the file `data`) and what to train finally.

    Raises `UsageError` for a window that is none, unless exactly one of `run` and `data` is given, and for repeats of
    no final trainings.
    """

    space: str
    device: str
    latency: tuple[float, float]
    samples: int
    run: str | None
    data: Path | None
    final: int | None
    final_repeats: int
    reference: str | None
    strategy: str
    space_options: dict[str, str]
    strategy_options: dict[str, str]
    seed: int
    storage: str
    window: Window = attrs.field(init=False)

    @window.default
    def _window(self) -> Window:
        return Window(self.device, *self.latency)

    def __attrs_post_init__(self) -> None:
        if (self.run is None) == (self.data is None):
            raise UsageError("What is to be learnt from? Name either --run or --data.")
        if self.final is None and self.final_repeats > 1:
            raise UsageError("--final-repeats says how often each of --final K is trained: add --final.")

    def answer(self, tell: Callable[[Candidate, Frontier], None]) -> Frontier:
        """Returns the frontier; `tell` hears of every architecture trained finally, and gets the frontier so far."""
        run = self._run()
        found = find(run, self.window, self.samples, self.reference)
        front = list(found.candidates)
        for place, candidate in trained(run, front, self.final or 0, self.final_repeats):
            front[place] = candidate
            found = attrs.evolve(found, candidates=list(front))
            tell(candidate, found)
        return found

    def _run(self) -> ActiveRun:
        """Returns a run of the plugins that was told what there is to learn from."""
        choice = Selection.of(self.space, self.strategy, self.space_options, self.strategy_options)
        run = revived(choice, [], Settings(space=self.space, strategy=self.strategy, seed=self.seed), "frontier")
        run.trials = self._known(run.hook)
        return run

    def _known(self, hook: Any) -> list[Trial]:
        if self.data is not None:
            return read_trials(self.data, hook)
        name = str(self.run)
        return complete(of_space(load(self.storage, name).trials, own_name(hook), name), name)
