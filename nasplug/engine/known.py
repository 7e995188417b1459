"""Trials that are known before a run begins: those of other runs, of CSV files, or given as they are."""

import os
import re
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.trial_rows import PERCENT, REPEATED, Row, Table, TrialMaker, read_csv
from nasplug.errors import NothingStored, StorageError, UnknownRun, UsageError
from nasplug.loading.paths import expanded_path
from nasplug.types import Trial

Source = str | os.PathLike[str] | Trial | Iterable[Trial]
_RUN_AT_URL = re.compile(r"(.+?)@([a-z][a-z0-9+_]+:.+)", re.DOTALL)  # the first @ that a database URL follows


@attrs.frozen
class KnownTrials:
    """What a run is told before its first suggestion.

    `trials` have the numbers −1, −2, …, the source `known`, and no cost. `left_out` says of every row that is none of
    them where it stands and why, and of every column that cannot be a metric. Final and confirming evaluations are
    passed over.
    """

    trials: list[Trial]
    left_out: list[str]


def read_known(
    sources: Iterable[Source],
    space_hook: Any,
    space_name: str,
    default_url: str | None,
    bounds: tuple[float, float] = PERCENT,
) -> KnownTrials:
    """Returns the trials that are known of a space, in the order of their sources.

    Args:
        sources: each the name of a run, `RUN@URL` for a run of another storage, a CSV file, or trials. A name that is
            both a run and a file is the file only where it ends with `.csv`.
        space_hook: the hooks of the space alone, since a run's latency window may have to draw long for a sample
        space_name: how the user named the space, for messages
        default_url: the storage in which runs are looked up; None without one
        bounds: the lowest and the highest accuracy that there can be

    Raises:
        StorageError: a run is unknown; a file cannot be read, lacks a column, or has fractions in place of percent
        UsageError: a source is something else
    """
    maker = TrialMaker(space_hook, space_name, bounds)
    trials: list[Trial] = []
    left_out: list[str] = []
    for source in [sources] if isinstance(sources, str | Trial | os.PathLike) else sources:
        table = _table(source, default_url, bounds)
        left_out += table.remarks
        for row in table.rows:
            if row.unused in REPEATED:
                continue
            try:
                trials.append(maker.trial(row, -1 - len(trials), "known"))
            except ValueError as error:
                left_out.append(f"{row.place}: {error}")
    return KnownTrials(trials, left_out)


def _table(source: Source, default_url: str | None, bounds: tuple[float, float]) -> Table:
    """Returns the rows of a source, or the remark that it has none."""
    if isinstance(source, str):
        return _named_table(source, default_url, bounds)
    if isinstance(source, os.PathLike):
        return _table_of_file(os.fspath(source), bounds)
    rows = [Row.of_trial(trial, f"trial {trial.number} of those given") for trial in _given(source)]
    return Table(rows, [] if rows else ["no trial was among those given"])


def _named_table(name: str, default_url: str | None, bounds: tuple[float, float]) -> Table:
    """Returns the rows of a file or of a run. Raises `StorageError` for a name that is neither."""
    path = expanded_path(name)
    is_file = os.path.isfile(path)
    if is_file and name.endswith(".csv"):
        return _table_of_file(path, bounds)
    try:
        rows = _rows_of_run(name, default_url)
    except (NothingStored, UnknownRun) as error:
        if is_file:
            return _table_of_file(path, bounds)
        about_runs = "" if name.endswith(".csv") else f" {error}"
        raise StorageError(f"{_shown(name)!r} is no file, and no run either.{about_runs}") from error
    return Table(rows, [] if rows else [f"the run {_shown(name)!r} has no trial yet"])


def _table_of_file(path: str, bounds: tuple[float, float]) -> Table:
    table = read_csv(Path(path), bounds)
    return table if table.rows else Table([], [f"{path} has no rows"])


def _rows_of_run(name: str, default_url: str | None) -> list[Row]:
    """Returns the rows of the run `name`, or `RUN@URL`. Raises `UnknownRun` or `NothingStored` where there is none."""
    places = list(_places(name, default_url))
    if not places:
        raise UnknownRun("This run has no storage in which others could be: write RUN@URL.")
    for run, url in places[:-1]:
        try:
            return _stored_rows(run, url)
        except (NothingStored, UnknownRun):
            continue
    return _stored_rows(*places[-1])


def _places(name: str, default_url: str | None) -> Iterator[tuple[str, str]]:
    """Yields the runs and storages that a name may mean: all of it is a run's name, or what is before an `@`."""
    if default_url is not None:
        yield name, default_url
    match = _RUN_AT_URL.fullmatch(name)
    run, at, url = (match[1], "@", match[2]) if match else name.rpartition("@")
    if run and at and url:
        yield run, url


def _stored_rows(name: str, url: str) -> list[Row]:
    from nasplug.storage.storage import Storage  # SQLAlchemy, only where runs are named

    with closing(Storage(url, must_exist=True)) as storage:
        trials = storage.trials(storage.run(name).id)
    return [Row.of_trial(trial, f"trial {trial.number} of the run {name!r}") for trial in trials]


def _given(source: Trial | Iterable[Trial]) -> list[Trial]:
    given = [source] if isinstance(source, Trial) else list(source) if isinstance(source, Iterable) else [source]
    if wrong := [value for value in given if not isinstance(value, Trial)]:
        raise UsageError(f"Known are names of runs, CSV files and trials, got {wrong[0]!r:.200}.")
    return given


def _shown(name: str) -> str:
    from nasplug.storage.url import masked

    return masked(name)
