"""Where a session keeps its trials and open jobs: in memory, or in a database."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from nasplug.types import Job, Trial

if TYPE_CHECKING:
    from nasplug.storage.storage import Storage


class Store(Protocol):
    """What a session needs of the place that keeps a run."""

    is_shared: bool
    """Whether other processes may ask and tell."""

    def trials(self, known_numbers: Collection[int] = ()) -> list[Trial]:
        """Returns the stored trials in the order of their numbers, without those that the caller knows."""

    def open_jobs(self) -> list[tuple[Job, float | None]]:
        """Returns the jobs that have no trial, and when each may be given to somebody else."""

    def add(self, trials: Sequence[Trial]) -> None:
        """Stores trials, all of them or none."""

    def add_missing(self, trials: Sequence[Trial]) -> None:
        """Stores those of the trials that are not stored yet."""

    def open(self, jobs: Sequence[Job], expires: float | None) -> None:
        """Stores jobs that wait for their trials."""

    def lend(self, number: int, expires: float | None) -> None:
        """Gives an open job to somebody until `expires`."""

    def reopen(self) -> None:
        """Forgets that the run has ended: it goes on."""

    def end(self, reason: str) -> None:
        """Stores why the run has ended."""


@attrs.define(eq=False)
class Memory:
    """Keeps trials in a list. Open jobs live in their session alone."""

    kept: list[Trial] = attrs.field(factory=list)
    is_shared: bool = False

    def trials(self, known_numbers: Collection[int] = ()) -> list[Trial]:
        """Returns the trials in the order of their numbers."""
        return sorted((t for t in self.kept if t.number not in known_numbers), key=lambda trial: trial.number)

    def open_jobs(self) -> list[tuple[Job, float | None]]:
        """Returns none."""
        return []

    def add(self, trials: Sequence[Trial]) -> None:
        """Keeps trials."""
        self.kept.extend(trials)

    def add_missing(self, trials: Sequence[Trial]) -> None:
        """Keeps those of the trials that are not kept yet."""
        numbers = {trial.number for trial in self.kept}
        self.kept.extend(trial for trial in trials if trial.number not in numbers)

    def open(self, jobs: Sequence[Job], expires: float | None) -> None:
        """Does nothing."""

    def lend(self, number: int, expires: float | None) -> None:
        """Does nothing."""

    def reopen(self) -> None:
        """Does nothing."""

    def end(self, reason: str) -> None:
        """Does nothing."""


@attrs.define(eq=False)
class Database:
    """Keeps one run of a storage. `name` is that of the run, `id` its number there."""

    storage: "Storage"
    id: int
    name: str
    is_shared: bool = True

    @property
    def folder(self) -> Path:
        """The folder of the run's files."""
        return self.storage.folder(self.name)

    @contextmanager
    def locked(self, brief: bool = False) -> Iterator[None]:
        """Holds the lock of the run, by the name that others have given it meanwhile; see `Storage.locked`."""
        with self.storage.locked(self.id, self.name, brief):
            self.name = self.storage.name(self.id)
            yield

    def change(self, settings: dict[str, Any]) -> None:
        """Stores the settings that the run goes on with."""
        self.storage.change(self.id, settings)

    def reopen(self) -> None:
        """Forgets that the run has ended: it goes on."""
        self.storage.reopen(self.id)

    def trials(self, known_numbers: Collection[int] = ()) -> list[Trial]:
        """Returns the stored trials in the order of their numbers, without those that the caller knows."""
        return self.storage.trials(self.id, known_numbers)

    def open_jobs(self) -> list[tuple[Job, float | None]]:
        """Returns the stored jobs that have no trial, and when each may be given to somebody else."""
        return self.storage.open_jobs(self.id)

    def add(self, trials: Sequence[Trial]) -> None:
        """Stores trials in one transaction."""
        self.storage.add(self.id, trials)

    def add_missing(self, trials: Sequence[Trial]) -> None:
        """Stores those of the trials that are not stored yet."""
        self.storage.add_missing(self.id, trials)

    def open(self, jobs: Sequence[Job], expires: float | None) -> None:
        """Stores jobs in one transaction."""
        self.storage.open(self.id, jobs, expires)

    def lend(self, number: int, expires: float | None) -> None:
        """Gives an open job to somebody until `expires`."""
        self.storage.lend(self.id, number, expires)

    def end(self, reason: str) -> None:
        """Stores why the run has ended."""
        self.storage.end(self.id, reason)
