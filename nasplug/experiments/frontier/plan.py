"""What a frontier is made from: a space, a latency window, what is learnt from, and what is trained finally."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.engine.space_facts import space_of_architectures
from nasplug.errors import UsageError
from nasplug.experiments.frontier.frontier import Candidate, Frontier, predict_frontier, train_candidates
from nasplug.experiments.frontier.training_data import read_trials, require_space
from nasplug.experiments.frontier.window import Window
from nasplug.experiments.stored_runs.load import LoadedRun, load_run, make_run
from nasplug.types import Trial


@attrs.frozen(kw_only=True)
class Plan:
    """All that decides a frontier.

    Raises `UsageError` for an empty window, unless exactly one of `run` and `data` is given, and for `final_repeats`
    without `final`.
    """

    space: str
    device: str  # where latencies are measured
    latency_window: tuple[float, float] = attrs.field(alias="latency")  # lowest and highest milliseconds
    samples: int  # how many architectures are predicted
    run: str | None  # the stored run to learn from, or None
    data: Path | None  # the CSV file to learn from, or None
    final: int | None  # how many architectures of the frontier are trained finally, or None
    final_repeats: int  # how often each of them is trained
    reference: str | None  # the published set of the space to compare with, or None
    strategy: str  # what predicts
    space_options: dict[str, str]
    strategy_options: dict[str, str]
    seed: int  # of the samples, the predictor and the final trainings
    storage: str  # URL of the database that holds `run`
    window: Window = attrs.field(init=False)

    @window.default
    def _window(self) -> Window:
        return Window(self.device, *self.latency_window)

    def __attrs_post_init__(self) -> None:
        if (self.run is None) == (self.data is None):
            raise UsageError("There must be one thing to learn from. Name either --run or --data.")
        if self.final is None and self.final_repeats > 1:
            raise UsageError("--final-repeats says how often each of --final K is trained: add --final.")

    def execute(self, on_training: Callable[[Candidate, Frontier], None]) -> Frontier:
        """Predicts the frontier, trains some of it finally, and returns it.

        Calls `on_training` with each architecture that was trained, and the frontier so far.
        """
        run = self._prediction_run()
        frontier = predict_frontier(run, self.window, self.samples, self.reference)
        candidates = list(frontier.candidates)
        for index, candidate in train_candidates(run, candidates, self.final or 0, self.final_repeats):
            candidates[index] = candidate
            frontier = attrs.evolve(frontier, candidates=list(candidates))
            on_training(candidate, frontier)
        return frontier

    def _prediction_run(self) -> ActiveRun:
        """Makes the plugins, and returns a run of them with the trials to learn from, whose objective is predicted."""
        loaded = None if self.run is None else load_run(self.storage, self.run)
        selection = Selection.of(self.space, self.strategy, self.space_options, self.strategy_options)
        settings = Settings(space=self.space, strategy=self.strategy, seed=self.seed)
        run = make_run(selection, settings, "frontier", loaded.goal if loaded else None)
        run.trials = self._trials_of(loaded, run.hook) if loaded else read_trials(Path(str(self.data)), run.hook)
        return run

    def _trials_of(self, loaded: LoadedRun, hook: Any) -> list[Trial]:
        require_space(loaded.trials, space_of_architectures(hook), loaded.run.name)
        return loaded.require_complete_trials()
