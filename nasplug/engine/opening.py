"""Opens a session from a request: plugins, settings, storage, and the trials that are there already."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.engine.folders import Folders
from nasplug.engine.latency_window import sample_anywhere
from nasplug.engine.objectives import Goal
from nasplug.engine.request import RunRequest
from nasplug.engine.resume import check_same, completed, grown, objective_document
from nasplug.engine.run import ActiveRun
from nasplug.engine.selection import Selection
from nasplug.engine.session import Session
from nasplug.engine.settings import Settings, versions
from nasplug.engine.space_facts import SpaceFacts, objective_of
from nasplug.engine.store import Database, Memory
from nasplug.engine.suggestions import distinct
from nasplug.errors import NameTaken, NasplugError, StorageError, UsageError
from nasplug.loading import manager
from nasplug.loading.discovery import Kind
from nasplug.types import Architecture, Trial

if TYPE_CHECKING:
    import pluggy

    from nasplug.storage.storage import Storage

log = logging.getLogger("nasplug")


def prepare(request: RunRequest) -> ActiveRun:
    """Makes the plugins and the settings of a run, which has not started.

    Raises `Unsupported` for a device that no plugin knows.
    """
    if request.name == "":
        raise UsageError("A run's name must not be empty; leave it out to have one made up.")
    selection = Selection.of_request(request)
    settings = selection.settings(request)
    plugins = selection.manager(settings, request.watchers())
    check_device(plugins.hook, settings.device, partial(sample_anywhere, plugins))
    name = request.name or f"{settings.space}-{settings.strategy}-{settings.seed}"
    goal = Goal.of(settings.objectives, settings.limits, objective_of(plugins.hook))
    _check_can_be_met(plugins, settings, goal)
    space_given = not isinstance(request.space, str | type)
    return ActiveRun(
        name, plugins, settings, selection.space, goal, space_given=space_given, strategy=selection.strategy
    )


def _check_can_be_met(plugins: "pluggy.PluginManager", settings: Settings, goal: Goal) -> None:
    """Raises `UsageError` for settings that the space cannot follow, before anything is paid."""
    if "latency" in goal.names and settings.device is None:
        raise UsageError("The latency is known on a device alone: add --device, host for instance.")
    if settings.epochs is None and not settings.first:
        return
    facts = SpaceFacts.of(plugins.hook, settings.space, sample_anywhere(plugins))
    try:
        facts.check_epochs(settings.epochs)
    except ValueError as error:
        raise UsageError(f"--epochs {settings.epochs} is not possible: {error}.") from None
    if repeated := len(settings.first) - len(distinct(facts, settings.first)):
        log.warning("%d of the first architectures are networks that are among them already: left out.", repeated)


def check_device(hook: Any, device: str | None, sample: Callable[[], Architecture] | None = None) -> None:
    """Raises `Unsupported` for a device that no plugin knows, before anything is paid."""
    sample = sample or partial(hook.sample, rng=np.random.default_rng(0))
    if device is not None and all(device not in devices for devices in hook.devices()):
        try:
            hook.measure_latency(architecture=sample(), device=device)
        except NasplugError:
            raise
        except Exception as error:  # it may know others; every trial that it fails on says so
            log.warning("The device %s failed on a first architecture: %s: %s", device, type(error).__name__, error)


@contextmanager
def opened(request: RunRequest) -> Iterator["Opened"]:
    """Makes a run, in memory or in a storage, which it closes at the end; the run has not started.

    Raises `StorageError` where a run that is resumed was started with other settings.
    """
    if request.storage is None:
        if request.resume or request.start_or_resume:
            raise UsageError("Only a stored run can be resumed: name the storage it is in.")
        yield Opened(request, prepare(request), Memory())
        return
    from nasplug.storage.storage import Storage  # SQLAlchemy, only where trials are stored

    storage = Storage(os.fspath(request.storage))
    try:
        yield _found_or_made(storage, request)
    finally:
        storage.close()


@attrs.frozen(eq=False)
class Opened:
    """A run that is about to start, and where it is kept; `ended` is why it had ended before."""

    request: RunRequest
    run: ActiveRun
    store: Memory | Database
    is_new: bool = True
    ended: str | None = None

    def session(self, is_external: bool = False) -> Session:
        """Returns the session of the run, which has not started."""
        in_order = not (self.run.settings.asynchronous or is_external)
        folders = Folders(str(self.store.folder)) if isinstance(self.store, Database) else Folders.temporary()
        return Session(self.run, self.store, folders, in_order, is_external)

    @contextmanager
    def turn(self, brief: bool = False) -> Iterator[None]:
        """Holds the lock of a stored run, and stores the settings that it goes on with.

        Where it had ended it goes on, unless the turn is a brief one: then that is seen when a job is handed out.
        """
        if not isinstance(self.store, Database):
            yield
            return
        with self.store.locked(brief):
            if not self.is_new:
                self.store.change(self.document())
                if self.ended and not brief:
                    self.store.reopen()
            yield

    def document(self) -> dict[str, Any]:
        """Returns the settings as they are stored."""
        return self.run.settings.document() | objective_document(self.run.goal.main)

    @contextmanager
    def begun(self, session: Session) -> Iterator[None]:
        """Starts the session for the block. A run that an error ends before its first trial leaves nothing stored."""
        try:
            session.start(self._known())
            yield
        except BaseException as error:
            session.run.tell_end("interrupted" if isinstance(error, KeyboardInterrupt) else f"error: {error}")
            is_empty = not (self.run.trials or (session.is_external and self.run.open))
            if isinstance(error, Exception) and isinstance(self.store, Database) and is_empty:
                with suppress(StorageError):  # the storage may be what refuses; the first error is reported
                    self.store.storage.delete_if_empty(self.store.id)
            raise

    def _known(self) -> list[Trial]:
        """Reads the trials that the run is told at its beginning, and logs what is left out."""
        request, run = self.request, self.run
        if not request.known or not self.is_new:
            return []
        from nasplug.engine.known import read_known

        url = None if request.storage is None else os.fspath(request.storage)
        space = manager.build(run.space, space_name=run.settings.space).hook
        bounds = run.goal.main.low, run.goal.main.high
        known = read_known(request.known, space, run.settings.space, url, bounds)
        for sentence in known.left_out:
            log.warning("Left out of the known trials: %s", sentence)
        return [attrs.evolve(trial, purpose="known") for trial in known.trials]


def _found_or_made(storage: "Storage", request: RunRequest) -> Opened:
    """Opens the run that a request names, or makes a new one."""
    if _is_resumed(storage, request):
        return _resumed(storage, request)
    try:
        return _created(storage, request)
    except NameTaken:  # by another process at this moment
        if not request.start_or_resume:
            raise
    return _resumed(storage, request)


def _is_resumed(storage: "Storage", request: RunRequest) -> bool:
    """Returns whether a request goes on with a stored run; logs what `start_or_resume` has decided."""
    if not (request.resume or request.start_or_resume):
        return False
    if request.name is None:
        raise UsageError("Which run is to be resumed? Add --name; 'nasplug runs' lists them.")
    if request.resume:
        return True
    is_there = any(run.name == request.name for run in storage.all_runs())
    if is_there:
        log.info("The run %s is stored: it goes on.", request.name)
    return is_there


def _resumed(storage: "Storage", request: RunRequest) -> Opened:
    """Opens a stored run. What the request leaves open is the run's own; a larger budget makes it grow."""
    stored = storage.run(str(request.name))
    request = completed(request, stored.settings)
    run = prepare(request)
    plugins: dict[Kind, object] = {"space": run.space, "strategy": run.strategy}
    check_same(stored.name, stored.settings, run.settings, run.goal.main, plugins)
    run.settings = grown(run.settings, stored.settings, partial(_count_searched, storage, stored.id))
    run.storage = storage.url
    return Opened(request, run, Database(storage, stored.id, stored.name), is_new=False, ended=stored.ended)


def _count_searched(storage: "Storage", run_id: int) -> int:
    return sum(trial.purpose == "search" for trial in storage.trials(run_id))


def _created(storage: "Storage", request: RunRequest) -> Opened:
    """Stores a new run; one without a name gets the next free number."""
    run = prepare(request)
    run.storage = storage.url
    settings = run.settings.document() | objective_document(run.goal.main)
    create, stem = partial(storage.create, settings=settings, versions=versions(run.settings)), run.name
    if request.name is not None:
        database = Database(storage, create(request.name), request.name)
        if request.start_or_resume:
            log.info("The run %s is new: it begins.", request.name)
        return Opened(request, run, database)
    while True:
        taken = {stored.name for stored in storage.all_runs()}
        run.name = next(free for i in count(1) if (free := f"{stem}-{i}") not in taken)
        with suppress(NameTaken):  # by another driver that started at the same moment
            return Opened(request, run, Database(storage, create(run.name), run.name))
