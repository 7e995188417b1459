"""Trials in a database, through SQLAlchemy: a SQLite file (WAL) or any other URL. Imported where trials are stored."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import attrs
import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, IntegrityError, NoSuchModuleError, SQLAlchemyError

from nasplug.errors import StorageError, did_you_mean
from nasplug.types import Architecture, Evaluation, Trial

SCHEMA = 1
DEFAULT_URL = "sqlite:///nasplug.db"
TABLES = sa.MetaData()
schema = sa.Table("nasplug_schema", TABLES, sa.Column("version", sa.Integer, nullable=False))
runs = sa.Table(
    "nasplug_runs",
    TABLES,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(200), nullable=False, unique=True),
    sa.Column("settings", sa.JSON, nullable=False),
    sa.Column("versions", sa.JSON, nullable=False),  # of the distributions that took part, for the record
    sa.Column("created", sa.Float, nullable=False),
    sa.Column("ended", sa.Text),  # the reason, None while the run goes on or was killed
)
trials = sa.Table(
    "nasplug_trials",
    TABLES,
    sa.Column("run", sa.Integer, sa.ForeignKey("nasplug_runs.id"), primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("architecture", sa.Text, nullable=False),
    sa.Column("canonical", sa.Text, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),
    sa.Column("purpose", sa.String(10), nullable=False),
    sa.Column("accuracy", sa.Float),
    sa.Column("cost", sa.Float),
    sa.Column("source", sa.Text),
    sa.Column("metrics", sa.JSON),
    sa.Column("error", sa.Text),
    sa.Column("latency", sa.Float),
    sa.Column("started", sa.Float, nullable=False),
    sa.Column("finished", sa.Float, nullable=False),
)


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
        """Opens the database at `url` (a plain path means SQLite), creating its tables unless it `must_exist`."""
        self.url = url if re.match(r"[a-z][a-z0-9+_]+:", url) else f"sqlite:///{url}"
        path = self.url.removeprefix("sqlite:///") if self.url.startswith("sqlite:///") else ""
        if must_exist and path and not Path(path).exists():
            raise StorageError(
                f"There is no storage at {path}. Runs are kept in ./nasplug.db unless --storage names another."
            )
        with self._explained("open"):
            self.connection = _engine(self.url).connect()
            self._check_schema()

    def create(self, name: str, settings: dict[str, Any], versions: dict[str, str]) -> int:
        """Returns the id of a new run; `versions` are those of the distributions that take part.

        Raises `StorageError` where the name is taken.
        """
        with self._explained("create a run in"):
            try:
                row = {"name": name, "settings": settings, "versions": versions, "created": time.time()}
                done = self.connection.execute(runs.insert(), row)
                self.connection.commit()
            except IntegrityError:
                self.connection.rollback()
                raise StorageError(
                    f"A run named {name!r} is already in {self.url}. Add --resume to go on with it, "
                    "or choose another --name."
                ) from None
        return int(cast(Any, done.inserted_primary_key)[0])

    def add(self, run: int, trial: Trial) -> None:
        """Stores one trial and commits it; called before any plugin hears of the trial."""
        with self._explained("write to"):
            self.connection.execute(_INSERT, _row(run, trial))
            self.connection.commit()

    def end(self, run: int, reason: str) -> None:
        """Notes why a run has ended."""
        with self._explained("write to"):
            self.connection.execute(runs.update().where(runs.c.id == run), {"ended": reason})
            self.connection.commit()

    def discard_empty(self, run: int) -> None:
        """Removes a run that has no trial; one that has any stays as it is."""
        some = sa.exists().where(trials.c.run == run)
        with self._explained("write to"):
            self.connection.execute(runs.delete().where(runs.c.id == run, ~some))
            self.connection.commit()

    def all_runs(self) -> list[StoredRun]:
        """Returns every run with the number of its trials, oldest first."""
        query = (
            sa.select(runs, sa.func.count(trials.c.number).label("trials"))
            .outerjoin(trials, trials.c.run == runs.c.id)
            .group_by(runs.c.id)
            .order_by(runs.c.id)
        )
        with self._explained("read"):
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
        with self._explained("read"):
            return [_trial(row) for row in self.connection.execute(query)]

    def close(self) -> None:
        """Closes the connection and its engine."""
        self.connection.close()
        self.connection.engine.dispose()

    def _check_schema(self) -> None:
        if not sa.inspect(self.connection).has_table(schema.name):
            TABLES.create_all(self.connection)
            self.connection.execute(schema.insert(), {"version": SCHEMA})
        found = self.connection.execute(sa.select(sa.func.max(schema.c.version))).scalar_one()
        self.connection.commit()
        if found != SCHEMA:
            raise StorageError(
                f"{self.url} has schema version {found}, this nasplug knows version {SCHEMA}. "
                "Upgrade nasplug (pip install -U nasplug), or name another --storage."
            )

    @contextmanager
    def _explained(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (NoSuchModuleError, ModuleNotFoundError) as error:
            raise StorageError(f"Cannot {doing} {self.url}: its database driver is not installed ({error}).") from error
        except ArgumentError as error:
            raise StorageError(f"{self.url!r} is not a database URL: wanted for instance {DEFAULT_URL}.") from error
        except (SQLAlchemyError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            raise StorageError(
                f"Cannot {doing} {self.url}: {cause}. Check the path and your permissions, or name another --storage."
            ) from error


_INSERT = trials.insert()


def _engine(url: str) -> sa.Engine:
    engine = sa.create_engine(url)
    if engine.dialect.name == "sqlite":

        @sa.event.listens_for(engine, "connect")
        def durable(connection: Any, _: Any) -> None:
            # NORMAL syncs the log at checkpoints: a killed process loses nothing, a power cut at most the last commits
            for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=10000", "foreign_keys=ON"):
                connection.execute(f"PRAGMA {pragma}")

    return engine


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
        "metrics": evaluation.metrics if evaluation else None,
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
        evaluation=Evaluation(row.accuracy, row.cost, row.metrics, row.source) if complete else None,
        error=row.error,
        purpose=row.purpose,
        started=row.started,
        finished=row.finished,
        canonical=row.canonical,
        latency=row.latency,
    )
