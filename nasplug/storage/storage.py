"""Stored runs and their trials, in a SQLite file or in PostgreSQL."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, NoSuchModuleError, SQLAlchemyError

from nasplug.errors import NameTaken, NothingStored, StorageError, UnknownRun, did_you_mean
from nasplug.storage.lock import MAY_WRITE, RunLock
from nasplug.storage.runs import SELECT_RUNS, StoredRun
from nasplug.storage.schema import locks, metadata, migrate, runs, stored_version, trials
from nasplug.storage.url import DEFAULT_URL, create_engine, parse_storage, shown, sqlite_file
from nasplug.types import Architecture, Evaluation, Trial

LONGEST_NAME = 200
_RESUME = "What is committed is kept; go on with --resume."
_ADVICE = {  # by what the database says; the first that fits, the last fits everything
    "disk is full": f"Make room there. {_RESUME}",
    "No space left": f"Make room there. {_RESUME}",
    "readonly database": "Give yourself write permission there, or name another --storage.",
    "read-only transaction": f"See that the server takes writes. {_RESUME}",
    "onnection": f"See that the server is up and reachable. {_RESUME}",
    "": "Check the path and your permissions, or name another --storage.",
}
# A trial is inserted by INSERT … SELECT, since only a SELECT has the WHERE that asks for the lock.
_VALUES = sa.select(*(sa.bindparam(column.name, type_=column.type) for column in trials.c)).where(MAY_WRITE)
_INSERT = trials.insert().from_select(list(trials.c), _VALUES).execution_options(preserve_rowcount=True)


class Storage:
    """A database of runs. Every method raises `StorageError`, in one sentence, for what the database refuses."""

    def __init__(self, url: str = DEFAULT_URL, must_exist: bool = False) -> None:
        """Opens the database at `url`, a plain path for a SQLite file, and creates or migrates its tables.

        Raises `NothingStored` where the tables `must_exist` and do not.
        """
        self._lock: RunLock | None = None
        address = parse_storage(url)
        self.url = shown(url)
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

    def create(self, name: str, settings: dict[str, Any], versions: dict[str, str]) -> int:
        """Stores a new run and returns its id; `versions` are those of the distributions that take part.

        Raises `NameTaken` where the name is taken, `StorageError` where it is empty, too long or not printable.
        """
        _check_name(name)
        row = {"name": name, "settings": settings, "versions": versions, "created": time.time()}
        with self._explained("create a run in"):
            try:
                done = self.connection.execute(runs.insert(), row)
                self.connection.commit()
            except IntegrityError:
                self.connection.rollback()
                raise self._taken(name, "Add --resume to go on with it, or choose another --name.") from None
        return int(cast(Any, done.inserted_primary_key)[0])

    @contextmanager
    def locked(self, run: int, name: str) -> Iterator[None]:
        """Holds the lock of a run. Raises `StorageError` naming the host and the process of another holder."""
        lock = RunLock(self.engine.connect, run, name)
        with self._explained("lock a run in"):
            lock.acquire()
        self._lock = lock
        try:
            yield
        finally:
            self._lock = None
            lock.release()

    def add(self, run: int, trial: Trial) -> None:
        """Stores a trial and commits it; called before any plugin hears of the trial."""
        with self._transaction("write to"):
            self._write(_INSERT, _row_of(run, trial))

    def add_missing(self, run: int, finished: Iterable[Trial]) -> None:
        """Stores those trials that are not stored yet; called after an interruption, which may have cut off `add`."""
        with self._transaction("write to"):
            self.connection.rollback()
            stored = set(self.connection.scalars(sa.select(trials.c.number).where(trials.c.run == run)))
            for trial in finished:
                if trial.number not in stored:
                    self._write(_INSERT, _row_of(run, trial))

    def end(self, run: int, reason: str) -> None:
        """Stores why a run has ended."""
        with self._transaction("write to"):
            self._write(runs.update().where(runs.c.id == run, MAY_WRITE), {"ended": reason})

    def delete_if_empty(self, run: int) -> None:
        """Deletes a run that has no trial, unless another driver has taken it over."""
        is_empty = ~sa.exists().where(trials.c.run == run)
        with self._transaction("write to"):
            self.connection.execute(runs.delete().where(runs.c.id == run, is_empty, MAY_WRITE), self._lock_owner)

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

    def trials(self, run: int) -> list[Trial]:
        """Returns the trials of a run in the order of their numbers."""
        query = trials.select().where(trials.c.run == run).order_by(trials.c.number)
        with self._transaction("read"):
            return [_trial_of(row) for row in self.connection.execute(query)]

    def rename(self, run: StoredRun, name: str) -> None:
        """Gives a run another name. Raises `NameTaken`, or `StorageError` naming a live process that drives the run."""
        _check_name(name)
        with self.locked(run.id, run.name), self._transaction("write to"):
            try:
                self._write(runs.update().where(runs.c.id == run.id, MAY_WRITE), {"name": name})
            except IntegrityError:
                self.connection.rollback()
                raise self._taken(name, "Choose another name.") from None

    def delete(self, run: StoredRun) -> None:
        """Deletes a run and all that is stored of it. Raises `StorageError` naming a live process that drives it."""
        with self.locked(run.id, run.name), self._transaction("write to"):
            for table in reversed(metadata.sorted_tables):  # its lock is the last to go, with the run itself
                if "run" in table.c and table is not locks:
                    self.connection.execute(table.delete().where(table.c.run == run.id, MAY_WRITE), self._lock_owner)
            self._write(runs.delete().where(runs.c.id == run.id, MAY_WRITE), {})

    def close(self) -> None:
        """Closes the connection and its engine."""
        self.connection.close()
        self.engine.dispose()

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


_OF_EVALUATION = tuple(attrs.fields_dict(Evaluation))  # each is a column
_SAME = ("number", "canonical", "state", "purpose", "error", "latency", "started", "finished")  # in a trial and a row


def _row_of(run: int, trial: Trial) -> dict[str, Any]:
    row = {"run": run, "architecture": str(trial.architecture)} | {name: getattr(trial, name) for name in _SAME}
    if trial.evaluation is None:
        return row | dict.fromkeys(_OF_EVALUATION)
    metrics = {name: x if math.isfinite(x) else str(x) for name, x in trial.evaluation.metrics.items()}  # as in JSON
    return row | attrs.asdict(trial.evaluation) | {"metrics": metrics}


def _trial_of(row: Any) -> Trial:
    complete = row.state == "complete"
    evaluation = Evaluation(**{name: getattr(row, name) for name in _OF_EVALUATION}) if complete else None
    values = {name: getattr(row, name) for name in _SAME}
    return Trial(architecture=Architecture.parse(row.architecture), evaluation=evaluation, **values)
