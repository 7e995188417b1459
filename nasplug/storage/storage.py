"""Trials in a database, through SQLAlchemy: a SQLite file (WAL) or PostgreSQL. Imported where trials are stored."""

import math
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, cast

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from nasplug.errors import NameTaken, NothingStored, StorageError, did_you_mean
from nasplug.storage.lock import PERMITTED, RunLock
from nasplug.storage.schema import bring_up_to_date, runs, trials, version_of
from nasplug.storage.url import DEFAULT_URL, engine_of, file_of, masked, url_of
from nasplug.types import Architecture, Evaluation, Trial

NAME_LENGTH = 200
KEPT = "What is committed is kept; go on with --resume."
ADVICE = {  # by what the database says; the last is for everything else
    "disk is full": f"Make room there. {KEPT}",
    "No space left": f"Make room there. {KEPT}",
    "readonly database": "Give yourself write permission there, or name another --storage.",
    "read-only transaction": f"See that the server takes writes. {KEPT}",
    "onnection": f"See that the server is up and reachable. {KEPT}",
    "": "Check the path and your permissions, or name another --storage.",
}


@attrs.frozen
class StoredRun:
    """A run as the database knows it; `ended` is the reason of its end, None while it goes on or if it was killed."""

    id: int
    name: str
    settings: dict[str, Any]
    versions: dict[str, str]
    created: float
    ended: str | None
    trials: int = 0


class Storage:
    """A database of runs. Every method raises `StorageError`, in one sentence, for what the database refuses."""

    def __init__(self, url: str = DEFAULT_URL, must_exist: bool = False) -> None:
        """Opens the database at `url` (a plain path means SQLite), creating its tables unless it `must_exist`.

        Raises `NothingStored` where it must and does not.
        """
        self._lock: RunLock | None = None
        wanted = url_of(url)
        self.url = masked(wanted)  # what is shown
        file = file_of(wanted)
        if must_exist and file and not file.exists():
            raise NothingStored(
                f"There is no storage at {file}. Runs are kept in ./nasplug.db unless --storage names another."
            )
        with self._explained("open"):
            self.engine = engine_of(wanted, reads_only=must_exist)
            self.connection = self.engine.connect()
            try:
                if must_exist and version_of(self.connection) is None:
                    raise NothingStored(f"{self.url} holds no runs: nasplug has no tables there yet.")
                bring_up_to_date(self.connection, self.url)
            except BaseException:  # nobody else can close what was never handed out
                self.close()
                raise

    def create(self, name: str, settings: dict[str, Any], versions: dict[str, str]) -> int:
        """Returns the id of a new run; `versions` are those of the distributions that take part.

        Raises `NameTaken` where the name is taken, `StorageError` where it is no name.
        """
        if not name.isprintable() or not 0 < len(name) <= NAME_LENGTH:
            raise StorageError(f"A run's name has 1 to {NAME_LENGTH} printable characters, got {name[:300]!a}.")
        with self._explained("create a run in"):
            try:
                row = {"name": name, "settings": settings, "versions": versions, "created": time.time()}
                done = self.connection.execute(runs.insert(), row)
                self.connection.commit()
            except IntegrityError:
                self.connection.rollback()
                raise NameTaken(
                    f"A run named {name!r} is already in {self.url}. Add --resume to go on with it, "
                    "or choose another --name."
                ) from None
        return int(cast(Any, done.inserted_primary_key)[0])

    def add(self, run: int, trial: Trial) -> None:
        """Stores one trial and commits it; called before any plugin hears of the trial."""
        with self._explained("write to"):
            self._write(_INSERT, _row(run, trial))
            self.connection.commit()

    def add_missing(self, run: int, found: Iterable[Trial]) -> None:
        """Stores those trials that are not stored yet; called when an interruption may have fallen into `add`."""
        with self._explained("write to"):
            self.connection.rollback()
            known = set(self.connection.scalars(sa.select(trials.c.number).where(trials.c.run == run)))
            for trial in found:
                if trial.number not in known:
                    self._write(_INSERT, _row(run, trial))
            self.connection.commit()

    @contextmanager
    def driving(self, run: int, name: str) -> Iterator[None]:
        """Holds the lock of a run. Raises `StorageError` naming host and process where another driver holds it."""
        lock = RunLock(self.engine.connect, run, name)
        with self._explained("lock a run in"):
            lock.acquire()
        self._lock = lock
        try:
            yield
        finally:
            self._lock = None
            lock.release()

    def end(self, run: int, reason: str) -> None:
        """Notes why a run has ended."""
        with self._explained("write to"):
            self._write(runs.update().where(runs.c.id == run, PERMITTED), {"ended": reason})
            self.connection.commit()

    def discard_empty(self, run: int) -> None:
        """Removes a run that has no trial; one that has any stays as it is, and so does another driver's."""
        none = ~sa.exists().where(trials.c.run == run)
        with self._explained("write to"):
            self.connection.execute(runs.delete().where(runs.c.id == run, none, PERMITTED), {"driver": self._driver})
            self.connection.commit()

    def all_runs(self) -> list[StoredRun]:
        """Returns every run with the number of its search trials, oldest first."""
        of_search = sa.and_(trials.c.run == runs.c.id, trials.c.purpose == "search")
        query = (
            sa.select(runs, sa.func.count(trials.c.number).label("trials"))
            .outerjoin(trials, of_search)
            .group_by(runs.c.id)
            .order_by(runs.c.id)
        )
        with self._reading():
            return [StoredRun(**row) for row in self.connection.execute(query).mappings()]

    def run(self, name: str) -> StoredRun:
        """Returns the run named. Raises `StorageError` with the names there are."""
        names = {run.name: run for run in self.all_runs()}
        if name not in names:
            known = ", ".join(list(names)[-5:]) or "none"
            raise StorageError(
                f"There is no run {name!r} in {self.url}.{did_you_mean(name, names)} The latest runs: {known}."
            )
        return names[name]

    def trials(self, run: int) -> list[Trial]:
        """Returns the trials of a run in the order of their numbers."""
        query = trials.select().where(trials.c.run == run).order_by(trials.c.number)
        with self._reading():
            return [_trial(row) for row in self.connection.execute(query)]

    def close(self) -> None:
        """Closes the connection and its engine."""
        self.connection.close()
        self.engine.dispose()

    @property
    def _driver(self) -> str | None:
        """The name under which this storage holds the lock of a run, if it drives one."""
        return None if self._lock is None else self._lock.owner

    def _write(self, statement: sa.UpdateBase, values: dict[str, Any]) -> None:
        """Executes a statement on one row of a run. Raises `StorageError` where another driver took the run over."""
        done = self.connection.execute(statement, values | {"driver": self._driver})
        if self._lock is not None and done.rowcount == 0:
            self.connection.rollback()
            raise self._lock.lost()

    @contextmanager
    def _reading(self) -> Iterator[None]:
        """Leaves no transaction open, in which PostgreSQL would wait beside a long evaluation."""
        with self._explained("read"):
            yield
            self.connection.rollback()

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise StorageError(f"Cannot {doing} {self.url}: its database driver is not installed ({error}).") from error
        except ArgumentError as error:
            raise StorageError(f"{self.url!r} is not a database URL: wanted for instance {DEFAULT_URL}.") from error
        except (SQLAlchemyError, OSError, UnicodeError) as error:
            with suppress(AttributeError, SQLAlchemyError):  # never opened, or away: there is nothing to take back
                self.connection.rollback()
            cause = " ".join(str(getattr(error, "orig", None) or error).split())
            advice = next((advice for words, advice in ADVICE.items() if words in cause), ADVICE[""])
            raise StorageError(f"Cannot {doing} {self.url}: {cause}. {advice}") from error


_VALUES = sa.select(*(sa.bindparam(column.name, type_=column.type) for column in trials.c))
_STORING = trials.insert().from_select(list(trials.c), _VALUES.where(PERMITTED))
_INSERT = _STORING.execution_options(preserve_rowcount=True)


def _row(run: int, trial: Trial) -> dict[str, Any]:
    evaluation = trial.evaluation
    return {
        "run": run,
        "number": trial.number,
        "architecture": str(trial.architecture),
        "canonical": trial.canonical,
        "state": trial.state,
        "purpose": trial.purpose,
        "accuracy": evaluation.accuracy if evaluation else None,
        "cost": evaluation.cost if evaluation else None,
        "source": evaluation.source if evaluation else None,
        "metrics": _finite(evaluation.metrics) if evaluation else None,
        "error": trial.error,
        "latency": trial.latency,
        "started": trial.started,
        "finished": trial.finished,
    }


def _trial(row: Any) -> Trial:
    complete = row.state == "complete"
    return Trial(
        number=row.number,
        architecture=Architecture.parse(row.architecture),
        state=row.state,
        evaluation=Evaluation(row.accuracy, row.cost, _numbers(row.metrics), row.source) if complete else None,
        error=row.error,
        purpose=row.purpose,
        started=row.started,
        finished=row.finished,
        canonical=row.canonical,
        latency=row.latency,
    )


def _finite(metrics: dict[str, float]) -> dict[str, float | str]:
    """JSON has no NaN and no infinity: they are written as words."""
    return {name: value if math.isfinite(value) else str(value) for name, value in metrics.items()}


def _numbers(metrics: dict[str, float | str]) -> dict[str, float]:
    return {name: float(value) if isinstance(value, str) else value for name, value in metrics.items()}
