"""`nasplug runs`, `trials`, `best` and `export`: what a storage holds."""

import json
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasplug.analysis.pareto import hypervolume_curve_of, pareto_trials, timed_trials
from nasplug.analysis.rendering import to_csv, to_json_values
from nasplug.cli import shared_options as shared
from nasplug.cli.output import best_rows, emit, print_json, print_table, rounded, stdout_to_stderr
from nasplug.engine.result import best_of, rows
from nasplug.errors import StorageError
from nasplug.loading.streams import escape_controls
from nasplug.types import Trial

if TYPE_CHECKING:
    from nasplug.experiments.stored_runs.load import LoadedRun
    from nasplug.storage.storage import StoredRun

COLUMNS = ("number", "architecture", "state", "purpose", "accuracy", "cost", "source", "latency", "error")
MAX_RANKED = 10  # rows of the ranking in the table for people


@click.command()
@shared.storage
@shared.as_json
def runs_command(storage: str, as_json: bool) -> None:
    """List the runs that the storage holds."""
    runs = _runs(storage)
    if as_json:
        settings = [{key: run.settings.get(key) for key in ("space", "strategy", "seed", "budget")} for run in runs]
        stored = [{"run": r.name, "trials": r.trials, "created": r.created, "ended": r.ended} for r in runs]
        return print_json([document | chosen for document, chosen in zip(stored, settings, strict=True)])
    lines = []
    for run in runs:
        started = time.strftime("%Y-%m-%d %H:%M", time.localtime(run.created))
        searched = (run.settings["space"], run.settings["strategy"], str(run.settings["seed"]))
        lines.append((run.name, *searched, run.trials, started, run.ended or "not ended: --resume it"))
    return print_table("", ("run", "space", "strategy", "seed", "trials", "started", "ended"), lines)


@click.command()
@click.argument("run")
@shared.storage
@shared.as_json
def trials_command(run: str, storage: str, as_json: bool) -> None:
    """List the trials of RUN."""
    table = _trial_rows(storage, run)
    if as_json:
        return print_json(table)
    columns = [column for column in COLUMNS if any(row[column] is not None for row in table)]
    return print_table("", columns, [[rounded(row[column]) for column in columns] for row in table])


@click.command()
@click.argument("run")
@click.option(
    "--predicted",
    is_flag=True,
    help="Also rank its architectures by the accuracy that its strategy predicts, which depends less on chance.",
)
@shared.storage
@shared.safe
@shared.as_json
def best_command(run: str, predicted: bool, storage: str, safe: bool, as_json: bool) -> None:
    """Show the best architecture of RUN: chosen by validation accuracy, reported by test accuracy.

    With a device, also the Pareto frontier of validation accuracy against latency and its hypervolume, from the slowest
    latency and the lowest accuracy of the run.
    """
    from nasplug.experiments.stored_runs.load import load_run, require_complete_trials

    loaded = load_run(storage, run)
    require_complete_trials(loaded.trials, loaded.run.name)
    best = best_of(loaded.trials)
    assert best is not None
    frontier = [{"latency": t.latency} | _row(t) for t in pareto_trials(loaded.trials)]
    hypervolume = hypervolume_curve_of(timed_trials(loaded.trials))[-1] if frontier else 0.0
    ranking = _ranking(loaded, safe) if predicted else []
    if as_json:
        timed = {"frontier": frontier, "hypervolume": hypervolume} if frontier else {}
        return print_json(best.document() | timed | ({"predicted": ranking} if predicted else {}))
    print_table(f"Best of {loaded.run.name}", ("", ""), best_rows(best))
    title = f"Frontier of validation accuracy (%) against latency (ms), hypervolume {hypervolume:,.2f} % × ms"
    _print_further(title, frontier)
    _print_further("Best by predicted validation accuracy (%), of those trained", ranking[:MAX_RANKED])
    return None


@click.command()
@click.argument("run")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="The format."
)
@click.option("--out", type=shared.FILE, help="A file instead of standard output.")
@shared.storage
def export_command(run: str, form: str, out: Path | None, storage: str) -> None:
    """Write the trials of RUN, metrics included, as CSV or JSON."""
    table = _trial_rows(storage, run)
    if form == "json" and out is None:
        return print_json(table)
    values = to_json_values(table)
    text = to_csv(table) if form == "csv" else json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if out is None:
        text = text.rstrip("\n")
        return emit(escape_controls(text) if sys.stdout.isatty() else text)
    try:
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{out} cannot be written: {error.strerror}. Name another --out.") from error
    return click.echo(f"{len(table)} trials written to {out}", err=True)


def _runs(url: str) -> "list[StoredRun]":
    from nasplug.storage.storage import Storage

    with closing(Storage(url, must_exist=True)) as storage:
        return storage.all_runs()


def _trial_rows(url: str, run: str) -> list[dict[str, Any]]:
    from nasplug.experiments.stored_runs.load import load_run

    return list(rows(load_run(url, run).trials))


def _ranking(loaded: "LoadedRun", safe: bool) -> list[dict[str, Any]]:
    from nasplug.experiments.stored_runs.load import remake_run
    from nasplug.experiments.stored_runs.prediction import rank_by_prediction

    with stdout_to_stderr():
        ranking = rank_by_prediction(remake_run(loaded, safe), loaded.trials)
    return [{"predicted": round(predicted, 4)} | _row(trial) for trial, predicted in ranking]


def _row(trial: Trial) -> dict[str, Any]:
    return {"accuracy": trial.accuracy, "architecture": str(trial.architecture), "trial": trial.number}


def _print_further(title: str, rows: list[dict[str, Any]]) -> None:
    """Prints one more table, unless it has no rows."""
    if rows:
        click.echo()
        print_table(title, list(rows[0]), [list(map(rounded, row.values())) for row in rows])
