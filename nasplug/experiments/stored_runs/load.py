"""Stored runs, and runs whose plugins are made again to predict or describe but not to search."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

import attrs

from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.result import why_infeasible
from nasplug.engine.resume import goal_of
from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.engine.space_facts import objective_of
from nasplug.errors import StorageError, first_line
from nasplug.loading import manager
from nasplug.loading.trust import check_trusted
from nasplug.storage.runs import StoredRun
from nasplug.storage.storage import Storage
from nasplug.types import Trial


@attrs.frozen
class LoadedRun:
    """A stored run and its trials in the order of their numbers."""

    run: StoredRun
    trials: list[Trial]

    @property
    def goal(self) -> Goal:
        """The run's objectives and limits."""
        return goal_of(self.run.settings)

    def require_complete_trials(self) -> list[Trial]:
        """Returns the complete search trials. Raises `StorageError`, with the state of the run, without any."""
        unfinished = "" if self.run.is_over else self.run.state
        return require_complete_trials(self.trials, self.run.name, unfinished, self.goal)


def load_run(url: str, name: str) -> LoadedRun:
    """Returns the run `name` of a storage. Raises `StorageError` where there is none, or it has no trial."""
    with closing(Storage(url, must_exist=True)) as storage:
        run = storage.run(name)
        trials = storage.trials(run.id)
    if not trials:
        empty = "is empty: no trial was stored before it ended" if run.is_over else f"has no trial yet ({run.state})"
        raise StorageError(f"The run {name!r} {empty}.")
    return LoadedRun(run, trials)


def complete_trials(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the search trials that have an accuracy."""
    return [t for t in trials if t.purpose == "search" and t.state == "complete"]


def require_complete_trials(
    trials: Sequence[Trial], name: str, unfinished: str = "", goal: Goal = DEFAULT_GOAL
) -> list[Trial]:
    """Returns the complete search trials of the run `name`; `unfinished` is the state of a run that is not over.

    Raises `StorageError` without any, with the first failure, or the trial that is nearest to the run's limits.
    """
    complete = complete_trials(trials)
    if complete:
        return complete
    yet = f" yet ({unfinished})" if unfinished else ""
    if why := why_infeasible(trials, goal):
        raise StorageError(f"In the run {name!r}{yet}, {why}.")
    first = next((first_line(t.error) for t in trials if t.error), "no trial was evaluated")
    raise StorageError(f"The run {name!r} has no complete trial{yet}: {len(trials)} failed. The first: {first}")


def make_run(selection: Selection, settings: Settings, name: str, goal: Goal | None = None) -> ActiveRun:
    """Returns a run of the selected plugins that does not search, for the hook `predict`.

    Without a goal its objective is the space's own.
    """
    plugin_manager = manager.build(selection.space, selection.strategy, space_name=selection.space_name)
    goal = goal or Goal.of((), (), objective_of(plugin_manager.hook))
    return ActiveRun(name, plugin_manager, settings, selection.space, goal)


def remake_run(loaded: LoadedRun, safe: bool = False) -> ActiveRun:
    """Makes the plugins of a stored run again, and returns a run of them without trials.

    Raises `NasplugError` where a plugin cannot be made, or is not trusted and `safe` is set: it is not imported then.
    Errors of plugins are passed on.
    """
    stored = loaded.run.settings
    space, strategy = stored["space"], stored["strategy"]
    if safe:  # it is the database that says what is imported
        check_trusted(space, strategy, space_options=stored["space_options"])
    options = (_without_lists(stored[f"{kind}_options"]) for kind in ("space", "strategy"))
    settings = Settings(space=space, strategy=strategy, seed=stored["seed"], budget=stored.get("budget"))
    return make_run(Selection.of(space, strategy, *options), settings, loaded.run.name, loaded.goal)


def _without_lists(options: Mapping[str, Any]) -> dict[str, Any]:
    """Returns stored options with tuples where JSON has lists, as plugins take them."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
