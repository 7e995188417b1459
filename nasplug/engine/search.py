"""`nasplug.search`: settings → manager → storage → loop → result. The command line runs searches through it."""

import json
import os
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from nasplug.engine.loop import Loop
from nasplug.engine.request import RunRequest, with_arguments_of
from nasplug.engine.result import Result
from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.settings import versions
from nasplug.errors import NameTaken, NasplugError, StorageError, UsageError
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.storage.storage import Storage


@with_arguments_of(RunRequest)
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
    hook = selection.manager(settings, request.watchers()).hook
    name = request.name or f"{settings.space}-{settings.strategy}-{request.seed}"
    return ActiveRun(name, hook, settings, selection.space)


@with_arguments_of(RunRequest)
def explain(request: RunRequest) -> tuple[list[str], dict[str, list[str]]]:
    """Returns who takes part in a run without starting it: the chain of middleware, and the plugins of each hook.

    The chain begins with the outermost middleware and ends with the space. The plugins of a hook are in the order of
    the calls. Raises `Unsupported` for a device that no plugin knows.
    """
    selection = Selection.of_request(request)
    settings = selection.settings(request)
    plugin_manager = selection.manager(settings)
    hook, device = plugin_manager.hook, settings.device
    if device is not None and all(device not in devices for devices in hook.devices()):
        hook.measure_latency(architecture=hook.sample(rng=np.random.default_rng(0)), device=device)  # raises it
    chain = [*(middleware.name for middleware in selection.middleware), selection.space_name]
    return chain, selection.callers(plugin_manager)


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
        run_id = _opened(storage, run, name) if resume else _created(storage, run, name)
        with storage.locked(run_id, run.name):
            stored_trials = storage.trials(run_id)  # under the lock, so that no other driver adds to them
            trials_by_number = {trial.number: trial for trial in stored_trials}
            loop = Loop(run, partial(storage.add, run_id), partial(storage.add_missing, run_id), trials_by_number)
            reason = _run_to_end(loop, storage, run_id)
            storage.end(run_id, reason)
        return _result(run, reason, storage.trials(run_id))
    finally:
        storage.close()


def _run_to_end(loop: Loop, storage: "Storage", run_id: int) -> str:
    """Runs the loop and returns why it ended. A run that is refused before its first trial leaves nothing stored."""
    try:
        return loop.execute()
    except NasplugError:
        if not loop.stored:
            with suppress(StorageError):  # the storage may be what refuses; the first error is reported
                storage.delete_if_empty(run_id)
        raise


def _created(storage: "Storage", run: ActiveRun, name: str | None) -> int:
    """Creates a run and returns its id; a run without a name gets the next free number."""
    create, stem = partial(storage.create, settings=run.settings.identity(), versions=versions(run.settings)), run.name
    if name is not None:
        return create(name)
    while True:
        taken = {stored.name for stored in storage.all_runs()}
        run.name = next(free for i in count(1) if (free := f"{stem}-{i}") not in taken)
        with suppress(NameTaken):  # by another driver that started at the same moment
            return create(run.name)


def _opened(storage: "Storage", run: ActiveRun, name: str | None) -> int:
    """Returns the id of a stored run. Raises `StorageError` where its settings differ from the run's."""
    if name is None:
        raise UsageError("Which run is to be resumed? Add --name; 'nasplug runs' lists them.")
    stored = storage.run(name)
    requested = run.settings.identity()
    changed = [
        f"{key} was {_as_text(stored.settings.get(key))}, now {_as_text(value)}"
        for key, value in requested.items()
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
