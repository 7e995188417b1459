"""`nasplug runs`: which runs a storage holds, and how one is renamed or deleted."""

import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import click

from nasplug.cli import shared_options as shared
from nasplug.cli.output import print_json, print_table
from nasplug.errors import UsageError

if TYPE_CHECKING:
    from nasplug.storage.runs import StoredRun
    from nasplug.storage.storage import Storage


@click.command()
@click.option("--delete", metavar="RUN", help="Delete RUN with its trials and files, after a question.")
@click.option("--yes", is_flag=True, help="Delete without the question.")
@click.option("--rename", nargs=2, metavar="OLD NEW", help="Give the run OLD the name NEW.")
@shared.storage
@shared.as_json
def runs_command(delete: str | None, yes: bool, rename: tuple[str, str] | None, storage: str, as_json: bool) -> None:
    """List the runs that the storage holds. Or delete or rename one, unless a process is driving it."""
    if delete is not None and rename is not None:
        raise UsageError("Either --delete or --rename, one at a time.")
    if yes and delete is None:
        raise UsageError("--yes answers the question of --delete: name the run to delete.")
    with _opened(storage) as opened:
        if delete is not None:
            return _delete(opened, delete, yes, as_json)
        if rename is not None:
            return _rename(opened, *rename, as_json)
        return _list(opened.all_runs(), as_json)


@contextmanager
def _opened(url: str) -> "Iterator[Storage]":
    from nasplug.storage.storage import Storage

    with closing(Storage(url, must_exist=True)) as storage:
        yield storage


def _list(runs: "list[StoredRun]", as_json: bool) -> None:
    if as_json:
        return print_json([_document(run) for run in runs])
    lines = []
    for run in runs:
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
        searched = (run.settings["space"], run.settings["strategy"], str(run.settings["seed"]))
        lines.append((run.name, *searched, run.trials, started, run.state))
    return print_table("", ("run", "space", "strategy", "seed", "trials", "started", "state"), lines)


def _document(run: "StoredRun") -> dict[str, Any]:
    stored = {"run": run.name, "trials": run.trials, "created": run.created, "ended": run.ended}
    stored |= {"open": run.open_jobs}
    searched = {key: run.settings.get(key) for key in ("space", "strategy", "seed", "budget")}
    return stored | {"running": run.running and attrs.asdict(run.running)} | searched


def _delete(storage: "Storage", name: str, yes: bool, as_json: bool) -> None:
    """Deletes a run, after a question unless `yes`. Raises `UsageError` where there is no terminal to ask on."""
    run = storage.run(name)
    folder = storage.folder(name)
    files = f" and its files in {folder}" if folder.exists() else ""
    what = f"the run {name!r} with its trials ({run.trials:,}){files}"
    if not yes and not (sys.stdin and sys.stdin.isatty()):
        raise UsageError(f"There is no terminal to ask on. To delete {what}, add --yes.")
    if not yes and not click.confirm(f"Delete {what}?", err=True):
        return click.echo("Nothing was deleted.", err=True)
    storage.delete(run)
    if as_json:
        return print_json({"deleted": name, "trials": run.trials})
    return click.echo(f"Deleted {what}.", err=True)


def _rename(storage: "Storage", name: str, new_name: str, as_json: bool) -> None:
    storage.rename(storage.run(name), new_name)
    if as_json:
        return print_json({"renamed": name, "run": new_name})
    return click.echo(f"The run {name!r} is now {new_name!r}.", err=True)
