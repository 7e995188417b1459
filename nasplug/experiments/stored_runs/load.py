"""A stored run made alive again: its plugins, and a `Run` that has been told its trials."""

from collections.abc import Sequence

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.errors import StorageError
from nasplug.loading import manager
from nasplug.loading.trust import check_trusted
from nasplug.storage.storage import Storage, StoredRun
from nasplug.types import Trial


@attrs.frozen
class Kept:
    """A run as the storage has it, and its trials in the order of their numbers."""

    run: StoredRun
    trials: list[Trial]


def load(url: str, name: str) -> Kept:
    """Returns the stored run `name`. Raises `StorageError` where there is none, or it has no trial."""
    storage = Storage(url, must_exist=True)
    try:
        run = storage.run(name)
        trials = storage.trials(run.id)
    finally:
        storage.close()
    if not trials:
        raise StorageError(f"The run {name!r} is empty: no trial was stored before it ended.")
    return Kept(run, trials)


def complete(trials: Sequence[Trial], name: str) -> list[Trial]:
    """Returns the complete search trials. Raises `StorageError`, with the first failure, where all failed."""
    found = [t for t in trials if t.purpose == "search" and t.state == "complete"]
    if not found:
        first = next((t.error for t in trials if t.error), "no trial was evaluated")
        raise StorageError(f"The run {name!r} has no complete trial: {len(trials)} failed. The first: {first}")
    return found


def revived(choice: Selection, trials: Sequence[Trial], settings: Settings, name: str) -> ActiveRun:
    """Returns a run of the chosen plugins that knows `trials` and suggests nothing; for `predict`."""
    hook = manager.build(choice.space, choice.strategy, space_name=choice.space_name).hook
    return ActiveRun(name, hook, settings, choice.space, trials=list(trials))


def run_of(kept: Kept, safe: bool = False) -> ActiveRun:
    """Returns a stored run made again from its plugins; it knows no trial yet.

    Raises `NasplugError` where one cannot be made again, or is none that `safe` trusts. What a plugin raises passes.
    """
    s = kept.run.settings
    if safe:  # the database names what is imported
        check_trusted(s["space"], s["strategy"], ())
    choice = Selection.of(s["space"], s["strategy"], _given(s["space_options"]), _given(s["strategy_options"]))
    settings = Settings(space=s["space"], strategy=s["strategy"], seed=s["seed"], budget=s.get("budget"))
    return revived(choice, [], settings, kept.run.name)


def _given(options: dict[str, object]) -> dict[str, object]:
    """Returns stored options as a plugin takes them: JSON has lists where options have tuples."""
    return {k: tuple(v) if isinstance(v, list) else v for k, v in options.items()}
