"""`nasplug trials`, `best` and `export`: what a storage holds of a run."""

import json
import sys
from pathlib import Path
from textwrap import indent
from typing import TYPE_CHECKING, Any

import attrs
import click

from nasplug.analysis.labels import axis, limits_line
from nasplug.analysis.pareto import Plane
from nasplug.analysis.rendering import to_csv, to_json_values
from nasplug.cli import shared_options as shared
from nasplug.cli.output import best_rows, emit, print_front, print_json, print_table, rounded, stdout_to_stderr
from nasplug.engine.measurements import confirmed
from nasplug.engine.objectives import Goal
from nasplug.engine.result import CHOSEN_BY, best_of, chosen_by, front_rows, rows
from nasplug.errors import StorageError, first_line
from nasplug.loading.streams import escape_controls
from nasplug.types import Objective, Trial

if TYPE_CHECKING:
    from nasplug.experiments.stored_runs.load import LoadedRun

COLUMNS = (
    "number", "architecture", "state", "purpose", "epochs", "continues", "accuracy", "cost", "source", "latency",
    "error",
)  # fmt: skip
MAX_RANKED = 10  # rows of the ranking in the table for people


@click.command()
@click.argument("run")
@click.option("--failed", is_flag=True, help="Only those that failed, with their whole errors.")
@shared.storage
@shared.as_json
def trials_command(run: str, failed: bool, storage: str, as_json: bool) -> None:
    """List the trials of RUN."""
    loaded = _load(storage, run)
    table = [row for row in rows(loaded.trials) if not failed or row["state"] == "failed"]
    if as_json:
        return print_json(table)
    if failed:
        return emit("\n".join(map(_failure, table)) or f"No trial of the run {run!r} has failed.")
    lines = [row | {"error": row["error"] and first_line(row["error"])} for row in table]
    columns = [column for column in COLUMNS if any(row[column] is not None for row in lines)]
    names = [loaded.goal.main.plain_name if column == "accuracy" else column for column in columns]
    objectives = {"accuracy": loaded.goal.main}
    return print_table("", names, [[rounded(row[c], objectives.get(c)) for c in columns] for row in lines])


def _failure(row: dict[str, Any]) -> str:
    """Returns number, architecture and the whole error of a failed trial, in lines."""
    kind = "trial" if row["purpose"] == "search" else row["purpose"]
    return escape_controls(f"{kind} {row['number']}, {row['architecture']}:\n{indent(row['error'] or '', '  ')}")


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
    """Show the best architecture of RUN: chosen by validation accuracy, or by what confirmed it, and tested.

    For a run with other objectives, by the main one; with several, also its front. With a device, also the Pareto
    frontier of the only objective against latency. The hypervolume is measured from the worst values of the run.
    """
    loaded = _load(storage, run, complete=True)
    best, goal, plane = best_of(loaded.trials, loaded.goal), loaded.goal, Plane.of(loaded.goal)
    assert best is not None
    shown = plane.trials(loaded.trials)
    hypervolume = {"hypervolume": plane.hypervolumes(shown)[-1]} if shown else {}
    several = len(goal.objectives) > 1
    front = front_rows(loaded.trials, goal) if several else []
    frontier = [] if several else [{"latency": t.latency} | _row(t, goal) for t in plane.front(loaded.trials)]
    ranking = _ranking(loaded, safe) if predicted else []
    if as_json:
        running = {"running": loaded.run.running and attrs.asdict(loaded.run.running)}
        tables = {"front": front, "frontier": frontier} | hypervolume
        document = best.document() | running | {name: value for name, value in tables.items() if value != []}
        return print_json(document | ({"predicted": ranking} if predicted else {}))
    print_table(f"Best of {loaded.run.name}", ("", ""), [*best_rows(best), *limits_line(goal)])
    area = f", hypervolume {hypervolume['hypervolume']:,.2f} {plane.unit}" if hypervolume else ""
    print_front(front, goal, area)
    main = goal.objective
    _print_further(f"Frontier of {axis(main)} against latency (ms){area}", frontier, main)
    _print_further(f"Best by predicted {axis(main)}, of those trained", ranking[:MAX_RANKED], main)
    return None


@click.command()
@click.argument("run")
@click.option(
    "--format", "form", type=click.Choice(["csv", "json"]), default="csv", show_default=True, help="The format."
)
@click.option("--out", type=shared.FILE, help="A file instead of standard output.")
@shared.storage
def export_command(run: str, form: str, out: Path | None, storage: str) -> None:
    """Write the trials of RUN, metrics included, as CSV or JSON.

    Where the best were confirmed, the column `chosen_by` says of the recommended one why it is recommended.
    """
    loaded = _load(storage, run)
    table = list(rows(loaded.trials, taken=(CHOSEN_BY,)))
    if best := confirmed(loaded.trials, loaded.goal):
        table = [row | {CHOSEN_BY: None} for row in table]
        chosen = next(row for row in table if row["number"] == best[0].trial.number)
        chosen[CHOSEN_BY] = chosen_by(loaded.trials, loaded.goal)
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


def _load(url: str, run: str, complete: bool = False) -> "LoadedRun":
    """Loads a run, and says on standard error where it is not over. `complete` requires a complete trial."""
    from nasplug.experiments.stored_runs.load import load_run

    loaded = load_run(url, run)
    if complete:
        loaded.require_complete_trials()
    if not loaded.run.is_over:
        click.echo(escape_controls(f"The run {run!r} is not over ({loaded.run.state})."), err=True)
    return loaded


def _ranking(loaded: "LoadedRun", safe: bool) -> list[dict[str, Any]]:
    from nasplug.experiments.stored_runs.load import remake_run
    from nasplug.experiments.stored_runs.prediction import rank_by_prediction

    with stdout_to_stderr():
        ranking = rank_by_prediction(remake_run(loaded, safe), loaded.trials)
    digits = 4 if loaded.goal.objective.unit == "%" else 12
    return [{"predicted": round(predicted, digits)} | _row(trial, loaded.goal) for trial, predicted in ranking]


def _row(trial: Trial, goal: Goal) -> dict[str, Any]:
    name = goal.objective.name
    return {name: goal.figure(trial), "architecture": str(trial.architecture), "trial": trial.number}


def _print_further(title: str, rows: list[dict[str, Any]], objective: Objective) -> None:
    """Prints one more table, unless it has no rows; its figures are the objective's, but for those of `latency`."""
    if rows:
        click.echo()
        kinds = [None if column == "latency" else objective for column in rows[0]]
        lines = [list(map(rounded, row.values(), kinds)) for row in rows]
        print_table(title, [column.replace("_", " ") for column in rows[0]], lines)
