"""`nasplug.search`: settings → manager → storage → loop → result. The command line runs searches through it."""

import json
import os
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from nasplug.engine.loop import Loop
from nasplug.engine.request import RunRequest, takes
from nasplug.engine.result import Result
from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.settings import versions
from nasplug.errors import NameTaken, NasplugError, StorageError, UsageError
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.storage.storage import Storage


@takes(RunRequest)
def search(request: RunRequest) -> Result:
    """Searches a space with a strategy until the budget or the strategy ends it, and returns what was found.

    Raises `NasplugError` for everything that a user can mend.
    """
    return run_request(request)


def run_request(request: RunRequest) -> Result:
    """Runs a search from its request, as `search` does."""
    run = prepare(request)
    if request.storage is None:
        return _in_memory(run, request.resume)
    return _in_storage(run, os.fspath(request.storage), request.name, request.resume)


def prepare(request: RunRequest) -> ActiveRun:
    """Makes the plugins and the settings of a run, which has not started."""
    if request.name == "":
        raise UsageError("A run's name must not be empty; leave it out to have one made up.")
    selection = Selection.of_request(request)
    settings = selection.settings(request)
    hook = selection.manager(settings, request.observers).hook
    name = request.name or f"{settings.space}-{settings.strategy}-{request.seed}"
    return ActiveRun(name, hook, settings, selection.space)


@takes(RunRequest)
def explain(request: RunRequest) -> tuple[list[str], dict[str, list[str]]]:
    """Returns who takes part in a run without starting it: the middleware and the space, and the plugins of each hook.

    Both are in the order in which they are called.
    """
    selection = Selection.of_request(request)
    built = selection.manager(selection.settings(request))
    return [*(each.name for each in selection.middleware), selection.space_name], selection.callers(built)


def _in_memory(run: ActiveRun, resume: bool) -> Result:
    if resume:
        raise UsageError("Only a stored run can be resumed: name the storage it is in.")
    trials: list[Trial] = []
    reason = Loop(run, trials.append, trials.extend, {}).execute()
    return _result(run, reason, sorted(trials, key=lambda trial: trial.number))


def _in_storage(run: ActiveRun, url: str, name: str | None, resume: bool) -> Result:
    from nasplug.storage.storage import Storage  # SQLAlchemy, only where trials are stored

    storage = Storage(url)
    try:
        run.storage = storage.url
        key = _opened(storage, run, name) if resume else _created(storage, run, name)
        with storage.locked(key, run.name):
            stored = storage.trials(key)  # under the lock, so that no other driver adds to them
            known = {trial.number: trial for trial in stored}
            loop = Loop(run, partial(storage.add, key), partial(storage.add_missing, key), known)
            reason = _run_to_end(loop, storage, key)
            storage.end(key, reason)
        return _result(run, reason, storage.trials(key))
    finally:
        storage.close()


def _run_to_end(loop: Loop, storage: "Storage", key: int) -> str:
    """Runs the loop and returns why it ended. A run that is refused before its first trial leaves nothing stored."""
    try:
        return loop.execute()
    except NasplugError:
        if not loop.stored:
            with suppress(StorageError):  # the storage may be what refuses; the first error is reported
                storage.delete_if_empty(key)
        raise


def _created(storage: "Storage", run: ActiveRun, name: str | None) -> int:
    """Creates a run and returns its id; a run without a name gets the next free number."""
    created, stem = partial(storage.create, settings=run.settings.identity(), versions=versions(run.settings)), run.name
    if name is not None:
        return created(name)
    while True:
        taken = {stored.name for stored in storage.all_runs()}
        run.name = next(free for i in count(1) if (free := f"{stem}-{i}") not in taken)
        with suppress(NameTaken):  # by another driver that started at the same moment
            return created(run.name)


def _opened(storage: "Storage", run: ActiveRun, name: str | None) -> int:
    """Returns the id of a stored run. Raises `StorageError` where its settings differ from the run's."""
    if name is None:
        raise UsageError("Which run is to be resumed? Add --name; 'nasplug runs' lists them.")
    stored = storage.run(name)
    wanted = run.settings.identity()
    changed = [
        f"{key} was {_as_text(stored.settings.get(key))}, now {_as_text(value)}"
        for key, value in wanted.items()
        if stored.settings.get(key) != value
    ]
    if changed:
        raise StorageError(
            f"The run {name!r} was started with other settings: {'; '.join(changed)}. "
            "Resume it with those it had, or start a new run under another name."
        )
    return stored.id


def _as_text(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _result(run: ActiveRun, reason: str, trials: list[Trial]) -> Result:
    settings = run.settings
    return Result(run.name, settings.space, settings.strategy, settings.seed, trials, run.storage, reason)
