"""The runs of a storage as one reads them: what each is, how far it is, and which process drives it."""

import shlex
import time
from collections.abc import Sequence
from typing import Any

import attrs
import sqlalchemy as sa

from nasplug.storage.lock import HEARTBEAT, is_alive
from nasplug.storage.schema import jobs, locks, runs, trials
from nasplug.storage.url import DEFAULT_URL

SHOWN = 5  # open jobs that the state of a run names

_SEARCH_TRIALS = sa.select(sa.func.count(trials.c.number)).where(
    trials.c.run == runs.c.id, trials.c.purpose == "search"
)
_HAS_TRIAL = sa.exists().where(trials.c.run == jobs.c.run, trials.c.number == jobs.c.number)
_OPEN_JOBS = sa.select(sa.func.aggregate_strings(sa.cast(jobs.c.number, sa.Text), ",")).where(
    jobs.c.run == runs.c.id, ~_HAS_TRIAL
)
SELECT_RUNS = (  # each with the number of its search trials, its open jobs, and its lock where a process holds it
    sa.select(
        runs,
        _SEARCH_TRIALS.scalar_subquery().label("trials"),
        _OPEN_JOBS.scalar_subquery().label("open_jobs"),
        *(c for c in locks.c if c is not locks.c.run),
    )
    .outerjoin(locks, locks.c.run == runs.c.id)
    .order_by(runs.c.id)
)


@attrs.frozen
class Driver:
    """The process that drives a run. Times are in seconds since the epoch, by the clock of its host.

    `since` is when it took the run, by the number of its heartbeats: to within a minute a day. `heartbeat` is when it
    sent the last one.
    """

    pid: int
    host: str
    since: float
    heartbeat: float


@attrs.frozen
class StoredRun:
    """A stored run.

    `ended` is the reason for its last end, None where it has not come to one. `trials` counts those of the search.
    `open_jobs` are the numbers of stored jobs that have no trial.
    `storage` is the URL of its storage, as it may be shown. `running` is the process that drives the run at this
    moment; `broken_off` says that one drove it and gives no sign of life any more.
    """

    id: int
    name: str
    settings: dict[str, Any]
    versions: dict[str, str]
    created: float
    ended: str | None
    trials: int
    storage: str
    running: Driver | None = None
    broken_off: bool = False
    open_jobs: tuple[int, ...] = ()

    @classmethod
    def of(cls, row: Any, storage: str) -> "StoredRun":
        """Returns the run of a row of `SELECT_RUNS`."""
        columns = ("id", "name", "settings", "versions", "created", "ended", "trials")
        values = {name: getattr(row, name) for name in columns}
        values["open_jobs"] = tuple(sorted(map(int, row.open_jobs.split(",")))) if row.open_jobs else ()
        if row.owner is None:
            return cls(**values, storage=storage)
        driver = Driver(row.pid, row.host, row.beaten - row.beats * HEARTBEAT, row.beaten)
        alive = is_alive(row)
        return cls(**values, storage=storage, running=driver if alive else None, broken_off=not alive)

    @property
    def is_over(self) -> bool:
        """Whether it has come to its end, and nobody has gone on with it since."""
        return self.ended is not None and self.running is None and not self.broken_off

    @property
    def state(self) -> str:
        """Why it ended, or which process drives it since when, or how to go on with it: a clause without full stop."""
        if self.running is not None:
            driver = self.running
            return f"running since {_time_of_day(driver.since)}, process {driver.pid} on {driver.host}"
        if self.is_over:
            return str(self.ended)
        place = [] if self.storage == DEFAULT_URL else ["--storage", self.storage]
        command = shlex.join(["nasplug", "run", "--name", self.name, "--resume", *place])
        if self.open_jobs and not self.broken_off:
            tell = shlex.join(["nasplug", "tell", self.name, *place])
            return f"not ended, open are {_jobs(self.open_jobs)}: tell results with {tell}, or go on with {command}"
        return f"{'broken off' if self.broken_off else 'not ended'}: go on with {command}"


def _jobs(numbers: Sequence[int]) -> str:
    """Returns `the jobs 3, 5 and 2 more`."""
    shown = ", ".join(map(str, numbers[:SHOWN]))
    more = f" and {len(numbers) - SHOWN} more" if len(numbers) > SHOWN else ""
    return f"the job{'s' if len(numbers) > 1 else ''} {shown}{more}"


def _time_of_day(seconds: float) -> str:
    """Returns the local time, with the date where it is not today's."""
    then, today = time.localtime(seconds), time.localtime()
    return time.strftime("%H:%M" if then[:3] == today[:3] else "%Y-%m-%d %H:%M", then)
