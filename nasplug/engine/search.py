"""`nasplug.search`: settings → manager → storage → loop → result. The command line runs searches through it."""

import json
import os
from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

from nasplug.engine.loop import Loop
from nasplug.engine.result import Result
from nasplug.engine.run import Run
from nasplug.engine.selection import Choice, Plugin, with_needed
from nasplug.engine.versions import versions
from nasplug.errors import NameTaken, NasplugError, StorageError, UsageError
from nasplug.loading.trust import check_trusted
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.storage.storage import Storage


def search(
    space: Plugin,
    strategy: Plugin,
    *,
    budget: int | None = None,
    max_cost: float | None = None,
    seed: int = 0,
    space_options: dict[str, Any] | None = None,
    strategy_options: dict[str, Any] | None = None,
    middleware: Sequence[Plugin] = (),
    workers: int | None = None,
    batch: int | None = None,
    epochs: int | None = None,
    device: str | None = None,
    latency: tuple[float, float] | None = None,
    timeout: float | None = None,
    retries: int = 0,
    asynchronous: bool = False,
    storage: str | os.PathLike[str] | None = None,
    name: str | None = None,
    resume: bool = False,
    safe: bool = False,
    observers: Sequence[object] = (),
) -> Result:
    """Returns the result of one search, when it has ended.

    `space`, `strategy` and the members of `middleware` are names (`cache`, `log:path=x`), `package.module:Class`, or
    instances. `budget` counts trials (default: what the space recommends, else 100, but none beside `max_cost`,
    in seconds of training); `workers` evaluate at the same time (default: what the space recommends, else 1);
    `batch` is how many are suggested at once (default: the same); `latency` bounds milliseconds on `device`;
    `timeout` ends an evaluation after so many seconds, in processes of their own.
    `storage` None keeps the trials in memory; `resume` goes on with the stored run `name`.
    `safe` refuses named plugins that are neither nasplug's own nor named in the environment's NASPLUG_SAFE.
    `observers` are plugin instances that only watch; unlike middleware they are no part of what is stored and compared.
    Raises `NasplugError` for everything a user can mend.
    """
    wanted = with_needed(middleware, max_cost, timeout)
    if safe:
        check_trusted(space, strategy, wanted)
    choice = Choice.of(space, strategy, space_options or {}, strategy_options or {})
    settings = choice.settings(
        wanted,
        budget=budget,
        bounded=max_cost is not None,
        batch=batch,
        workers=workers,
        device=device,
        seed=seed,
        epochs=epochs,
        latency_window=latency,
        steady=asynchronous,
        timeout=timeout,
        retries=retries,
    )
    if name == "":
        raise UsageError("A run's name must not be empty; leave it out to have one made up.")
    hook = choice.manager(settings, wanted, observers).hook
    run = Run(name or f"{settings.space}-{settings.strategy}-{seed}", hook, settings, choice.space)
    if storage is None:
        return _in_memory(run, resume)
    return _in_storage(run, os.fspath(storage), name, resume)


def _in_memory(run: Run, resume: bool) -> Result:
    if resume:
        raise UsageError("Only a stored run can be resumed: name the storage it is in.")
    trials: list[Trial] = []
    reason = Loop(run, trials.append, trials.extend, {}).execute()
    return _result(run, reason, sorted(trials, key=lambda trial: trial.number))


def _in_storage(run: Run, url: str, name: str | None, resume: bool) -> Result:
    from nasplug.storage.storage import Storage  # SQLAlchemy, only where trials are stored

    storage = Storage(url)
    try:
        run.storage = storage.url
        key = _resumed(storage, run, name) if resume else _created(storage, run, name)
        with storage.driving(key, run.name):
            stored = storage.trials(key)  # under the lock: nobody adds to them from here on
            known = {trial.number: trial for trial in stored}
            loop = Loop(run, partial(storage.add, key), partial(storage.add_missing, key), known)
            reason = _executed(loop, storage, key)
            storage.end(key, reason)
        return _result(run, reason, storage.trials(key))
    finally:
        storage.close()


def _executed(loop: Loop, storage: "Storage", key: int) -> str:
    """Returns why the run ended. A run refused before its first trial leaves nothing behind, its name least of all."""
    try:
        return loop.execute()
    except NasplugError:
        if not loop.stored:
            with suppress(StorageError):  # the storage may be what refuses; the first error is told
                storage.discard_empty(key)
        raise


def _created(storage: "Storage", run: Run, name: str | None) -> int:
    """Returns the id of a new run; without a name it takes the next free one."""
    created, stem = partial(storage.create, settings=run.settings.identity(), versions=versions(run.settings)), run.name
    if name is not None:
        return created(name)
    while True:
        taken = {stored.name for stored in storage.all_runs()}
        run.name = next(free for i in count(1) if (free := f"{stem}-{i}") not in taken)
        with suppress(NameTaken):  # meanwhile, by a driver that started at the same moment
            return created(run.name)


def _resumed(storage: "Storage", run: Run, name: str | None) -> int:
    if name is None:
        raise UsageError("Which run is to be resumed? Add --name; 'nasplug runs' lists them.")
    stored = storage.run(name)
    wanted = run.settings.identity()
    changed = [
        f"{key} was {_words(stored.settings.get(key))}, now {_words(value)}"
        for key, value in wanted.items()
        if stored.settings.get(key) != value
    ]
    if changed:
        raise StorageError(
            f"The run {name!r} was started with other settings: {'; '.join(changed)}. "
            "Resume it with those it had, or start a new run under another name."
        )
    return stored.id


def _words(value: Any) -> str:
    return "none" if value is None else json.dumps(value)


def _result(run: Run, reason: str, trials: list[Trial]) -> Result:
    settings = run.settings
    return Result(run.name, settings.space, settings.strategy, settings.seed, trials, run.storage, reason)
