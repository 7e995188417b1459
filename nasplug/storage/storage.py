"""Stored runs and their trials, in a SQLite file or in PostgreSQL."""

import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoSuchModuleError, SQLAlchemyError

from nasplug.errors import NameTaken, NothingStored, StorageError, UnknownRun, did_you_mean
from nasplug.storage import run_folders
from nasplug.storage.lock import MAY_WRITE, RunLock
from nasplug.storage.rows import job_of, row_of_job, row_of_trial, trial_of
from nasplug.storage.runs import SELECT_RUNS, StoredRun
from nasplug.storage.schema import jobs, locks, metadata, migrate, runs, stored_version, trials
from nasplug.storage.url import DEFAULT_URL, create_engine, parse_storage, shown, sqlite_file
from nasplug.types import Job, Trial

LONGEST_NAME = 200
MANY = 1000  # rows that are sooner read with all others than one by one
_RESUME = "What is committed is kept; go on with --resume."
_ADVICE = {  # by what the database says; the first that fits, the last fits everything
    "disk is full": f"Make room there. {_RESUME}",
    "No space left": f"Make room there. {_RESUME}",
    "readonly database": "Give yourself write permission there, or name another --storage.",
    "read-only transaction": f"See that the server takes writes. {_RESUME}",
    "onnection": f"See that the server is up and reachable. {_RESUME}",
    "": "Check the path and your permissions, or name another --storage.",
}


def _insert(table: sa.Table) -> Any:
    """Returns an INSERT … SELECT of one row, since only a SELECT has the WHERE that asks for the lock."""
    values = sa.select(*(sa.bindparam(column.name, type_=column.type) for column in table.c)).where(MAY_WRITE)
    return table.insert().from_select(list(table.c), values).execution_options(preserve_rowcount=True)


_INSERT_TRIAL, _INSERT_JOB = _insert(trials), _insert(jobs)


class Storage:
    """A database of runs. Every method raises `StorageError`, in one sentence, for what the database refuses."""

    def __init__(self, url: str = DEFAULT_URL, must_exist: bool = False) -> None:
        """Opens the database at `url`, a plain path for a SQLite file, and creates or migrates its tables.

        Raises `NothingStored` where the tables `must_exist` and do not.
        """
        self._lock: RunLock | None = None
        address = parse_storage(url)
        self.url = shown(url)
        self._files = run_folders.folder_beside(address, self.url)
        file = sqlite_file(address)
        if must_exist and file and not file.exists():
            raise NothingStored(
                f"There is no storage at {file}. Runs are kept in ./nasplug.db unless --storage names another."
            )
        with self._explained("open"):
            self.engine = create_engine(address, reads_only=must_exist)
            self.connection = self.engine.connect()
            try:
                if must_exist and stored_version(self.connection) is None:
                    raise NothingStored(f"{self.url} holds no runs: nasplug has no tables there yet.")
                migrate(self.connection, self.url)
            except BaseException:  # the caller gets no storage that it could close
                self.close()
                raise

    def folder(self, name: str) -> Path:
        """Returns the folder for the files of the run of that name, which need not be there."""
        return self._files / run_folders.folder_name(name)

    def create(self, name: str, settings: dict[str, Any], versions: dict[str, str]) -> int:
        """Stores a new run and returns its id; `versions` are those of the distributions that take part.

        Raises `NameTaken` where the name is taken, `StorageError` where it is empty, too long or not printable.
        """
        _check_name(name)
        row = {"name": name, "settings": settings, "versions": versions, "created": time.time()}
        with self._explained("create a run in"):
            try:
                done = self.connection.execute(runs.insert(), row)
                run_folders.remove(self.folder(name))  # of a run that was deleted on another machine
                self.connection.commit()
            except IntegrityError:
                self.connection.rollback()
                raise self._taken(name, "Add --resume to go on with it, or choose another --name.") from None
        return int(cast(Any, done.inserted_primary_key)[0])

    @contextmanager
    def locked(self, run: int, name: str, brief: bool = False) -> Iterator[None]:
        """Holds the lock of a run. Raises `StorageError` naming the host and the process of another holder.

        A holder that is `brief` lets go after one ask or tell; everybody waits for it.
        """
        lock = RunLock(self.engine.connect, run, name, brief)
        with self._explained("lock a run in"):
            lock.acquire()
        self._lock = lock
        try:
            yield
        finally:
            self._lock = None
            lock.release()

    def add(self, run: int, finished: Iterable[Trial]) -> None:
        """Stores trials in one transaction; called before any plugin hears of them."""
        with self._transaction("write to"):
            for trial in finished:
                self._write(_INSERT_TRIAL, row_of_trial(run, trial))

    def open(self, run: int, asked: Iterable[Job], expires: float | None = None) -> None:
        """Stores jobs that wait for their trials. After `expires`, in seconds since the epoch, others may take them."""
        with self._transaction("write to"):
            for job in asked:
                self._write(_INSERT_JOB, row_of_job(run, job, expires))

    def lend(self, run: int, number: int, expires: float | None) -> None:
        """Gives an open job to somebody until `expires`."""
        mine = sa.and_(jobs.c.run == run, jobs.c.number == number, MAY_WRITE)
        with self._transaction("write to"):
            self._write(jobs.update().where(mine), {"expires": expires})

    def add_missing(self, run: int, finished: Iterable[Trial]) -> None:
        """Stores those trials that are not stored yet; called after an interruption, which may have cut off `add`."""
        with self._transaction("write to"):
            self.connection.rollback()
            stored = set(self.connection.scalars(sa.select(trials.c.number).where(trials.c.run == run)))
            for trial in finished:
                if trial.number not in stored:
                    self._write(_INSERT_TRIAL, row_of_trial(run, trial))

    def end(self, run: int, reason: str) -> None:
        """Stores why a run has ended."""
        with self._transaction("write to"):
            self._write(runs.update().where(runs.c.id == run, MAY_WRITE), {"ended": reason})

    def change(self, run: int, settings: dict[str, Any]) -> None:
        """Stores the settings that a run goes on with."""
        with self._transaction("write to"):
            self._write(runs.update().where(runs.c.id == run, MAY_WRITE), {"settings": settings})

    def reopen(self, run: int) -> None:
        """Forgets that a run has ended: it goes on."""
        with self._transaction("write to"):
            self._write(runs.update().where(runs.c.id == run, MAY_WRITE), {"ended": None})

    def delete_if_empty(self, run: int) -> None:
        """Deletes a run that has no trial, and its files, unless another driver has taken it over."""
        is_empty = ~sa.exists().where(trials.c.run == run)
        with self._transaction("write to"):
            folder = self._folder_of(run)
            deletion = runs.delete().where(runs.c.id == run, is_empty, MAY_WRITE)
            if self.connection.execute(deletion, self._lock_owner).rowcount:
                run_folders.remove(folder)

    def all_runs(self) -> list[StoredRun]:
        """Returns every run, oldest first."""
        with self._transaction("read"):
            return [StoredRun.of(row, self.url) for row in self.connection.execute(SELECT_RUNS)]

    def run(self, name: str) -> StoredRun:
        """Returns the run of that name. Raises `UnknownRun` with the latest names where there is none."""
        with self._transaction("read"):
            row = self.connection.execute(SELECT_RUNS.where(runs.c.name == name)).one_or_none()
            if row is not None:
                return StoredRun.of(row, self.url)
            names = self.connection.scalars(sa.select(runs.c.name).order_by(runs.c.id)).all()
        others = f"{did_you_mean(name, names)} The latest runs: {', '.join(names[-5:]) or 'none'}"
        raise UnknownRun(f"There is no run {name!r} in {self.url}.{others}.")

    def trials(self, run: int, known_numbers: Collection[int] = ()) -> list[Trial]:
        """Returns the trials of a run in the order of their numbers, without those that the caller knows."""
        query = trials.select().where(trials.c.run == run).order_by(trials.c.number)
        numbers = sa.select(trials.c.number).where(trials.c.run == run)
        with self._transaction("read"):
            if known_numbers and len(new := set(self.connection.scalars(numbers)).difference(known_numbers)) < MANY:
                query = query.where(trials.c.number.in_(new))
            rows = self.connection.execute(query)
            return [trial_of(row) for row in rows if row.number not in known_numbers]

    def open_jobs(self, run: int) -> list[tuple[Job, float | None]]:
        """Returns the jobs of a run that have no trial, in the order of their numbers, and when each expires."""
        has_trial = sa.exists().where(trials.c.run == jobs.c.run, trials.c.number == jobs.c.number)
        named = sa.select(jobs, runs.c.name).join(runs, runs.c.id == jobs.c.run)
        query = named.where(jobs.c.run == run, ~has_trial).order_by(jobs.c.number)
        with self._transaction("read"):
            return [(job_of(row), row.expires) for row in self.connection.execute(query)]

    def name(self, run: int) -> str:
        """Returns the name that a run has now."""
        with self._transaction("read"):
            return self._name_of(run)

    def rename(self, run: StoredRun, name: str) -> None:
        """Gives a run, and the folder of its files, another name.

        Raises `NameTaken`, or `StorageError` naming a live process that drives the run.
        """
        _check_name(name)
        with self.locked(run.id, run.name), self._transaction("write to"):
            folder = self._folder_of(run.id)
            try:
                self._write(runs.update().where(runs.c.id == run.id, MAY_WRITE), {"name": name})
                run_folders.move(folder, to=self.folder(name))
            except IntegrityError:
                self.connection.rollback()
                raise self._taken(name, "Choose another name.") from None

    def delete(self, run: StoredRun) -> None:
        """Deletes a run, all that is stored of it, and its files.

        Raises `StorageError` naming a live process that drives it.
        """
        with self.locked(run.id, run.name), self._transaction("write to"):
            folder = self._folder_of(run.id)
            for table in reversed(metadata.sorted_tables):  # its lock is the last to go, with the run itself
                if "run" in table.c and table is not locks:
                    self.connection.execute(table.delete().where(table.c.run == run.id, MAY_WRITE), self._lock_owner)
            self._write(runs.delete().where(runs.c.id == run.id, MAY_WRITE), {})
            run_folders.remove(folder)

    def close(self) -> None:
        """Closes the connection and its engine."""
        self.connection.close()
        self.engine.dispose()

    def _folder_of(self, run: int) -> Path:
        """Returns the folder for the files of a run, by the name that it has now; called in a transaction."""
        return self.folder(self._name_of(run))

    def _name_of(self, run: int) -> str:
        return str(self.connection.scalar(sa.select(runs.c.name).where(runs.c.id == run)))

    def _taken(self, name: str, advice: str) -> NameTaken:
        return NameTaken(f"A run named {name!r} is already in {self.url}. {advice}")

    @property
    def _lock_owner(self) -> dict[str, str | None]:
        """The parameter of `MAY_WRITE`."""
        return {"lock_owner": self._lock.owner if self._lock else None}

    def _write(self, statement: sa.UpdateBase, values: dict[str, Any]) -> None:
        """Executes a statement on one row of a run. Raises `StorageError` where another driver took the run over."""
        done = self.connection.execute(statement, values | self._lock_owner)
        if self._lock is not None and done.rowcount == 0:
            self.connection.rollback()
            raise self._lock.taken_over()

    @contextmanager
    def _transaction(self, action: str) -> Iterator[None]:
        """Holds a transaction and commits it, also after reading: PostgreSQL keeps it open during long evaluations."""
        with self._explained(action):
            yield
            self.connection.commit()

    @contextmanager
    def _explained(self, action: str) -> Iterator[None]:
        """Rolls back and raises `StorageError` for errors of the database, with what the user can do."""
        try:
            yield
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            missing = f"its database driver is not installed ({error})"
            raise StorageError(f"Cannot {action} {self.url}: {missing}.") from error
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            with suppress(AttributeError, SQLAlchemyError):  # there is no connection, or it is lost
                self.connection.rollback()
            cause = " ".join(str(getattr(error, "orig", None) or error).split())
            advice = next(advice for words, advice in _ADVICE.items() if words in cause)
            raise StorageError(f"Cannot {action} {self.url}: {cause}. {advice}") from error


def _check_name(name: str) -> None:
    """Raises `StorageError` for what is no name of a run."""
    if not name.isprintable() or not 0 < len(name) <= LONGEST_NAME:
        raise StorageError(f"A run's name has 1 to {LONGEST_NAME} printable characters, got {name[:300]!a}.")
