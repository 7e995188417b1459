"""`nasplug runs`, `trials` and `export`: what a storage holds."""

import csv
import io
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasplug.cli.output import emit, plain, print_json, print_table
from nasplug.cli.streams import for_output
from nasplug.engine.result import rows
from nasplug.errors import StorageError
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.storage.storage import StoredRun

DEFAULT_URL = "sqlite:///nasplug.db"  # that of nasplug.storage.url, which takes SQLAlchemy along
TOLD = ("number", "architecture", "state", "purpose", "accuracy", "cost", "source", "latency", "error")
as_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def storage_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--storage` to a command."""
    return click.option(
        "--storage", metavar="URL", default=DEFAULT_URL, show_default=True, help="The database, or its file."
    )(command)


@click.command()
@storage_option
@as_json_option
def runs_command(storage: str, as_json: bool) -> None:
    """List the runs that the storage holds."""
    found = _runs(storage)
    if as_json:
        keys = ("space", "strategy", "seed", "budget")
        return print_json(
            [
                {"run": r.name, "trials": r.trials, "created": r.created, "ended": r.ended}
                | {k: r.settings.get(k) for k in keys}
                for r in found
            ]
        )
    columns = ("run", "space", "strategy", "seed", "trials", "started", "ended")
    lines = [
        (
            r.name,
            r.settings["space"],
            r.settings["strategy"],
            str(r.settings["seed"]),
            r.trials,
            _clock(r.created),
            r.ended or "not ended: --resume it",
        )
        for r in found
    ]
    return print_table("", columns, lines)


@click.command()
@click.argument("run")
@storage_option
@as_json_option
def trials_command(run: str, storage: str, as_json: bool) -> None:
    """List the trials of RUN."""
    found = _trials(storage, run)
    if as_json:
        return print_json(list(rows(found)))
    table = [row | {"number": str(row["number"])} | _rounded(row) for row in rows(found)]
    columns = [column for column in TOLD if any(row[column] is not None for row in table)]
    return print_table("", columns, [[row[column] for column in columns] for row in table])


@click.command()
@click.argument("run")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="Of the output."
)
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="A file instead of standard output.")
@storage_option
def export_command(run: str, form: str, out: Path | None, storage: str) -> None:
    """Write the trials of RUN, metrics included, as CSV or JSON."""
    table = list(rows(_trials(storage, run)))
    if form == "json" and out is None:
        return print_json(table)
    text = _csv(table) if form == "csv" else _json(table)
    if out is None:
        return emit(for_output(text.rstrip("\n")))
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}. Name another --out.") from error
    return click.echo(f"{len(table)} trials written to {out}", err=True)


def _runs(url: str) -> "list[StoredRun]":
    from nasplug.storage.storage import Storage

    storage = Storage(url, must_exist=True)
    try:
        return storage.all_runs()
    finally:
        storage.close()


def _trials(url: str, run: str) -> list[Trial]:
    from nasplug.experiments.stored_runs.load import load

    return load(url, run).trials


def _csv(table: list[dict[str, Any]]) -> str:
    columns = list(dict.fromkeys(column for row in table for column in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()


def _json(table: list[dict[str, Any]]) -> str:
    import json

    return json.dumps(plain(table), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def _rounded(row: dict[str, Any]) -> dict[str, str | None]:
    """Returns percent, seconds and milliseconds as people compare them, one below the other."""
    return {name: None if row[name] is None else f"{row[name]:,.2f}" for name in ("accuracy", "cost", "latency")}


def _clock(seconds: float) -> str:
    return time.strftime("%Y-%m-%d %H:%M", time.localtime(seconds))
