"""`nasplug best`: the best architecture of a run, its frontier, and what its strategy predicts of it."""

from typing import TYPE_CHECKING, Any

import click

from nasplug.analysis.pareto import frontier, measured, volume_of
from nasplug.cli.history import as_json_option, storage_option
from nasplug.cli.output import best_rows, print_best, print_json, print_table
from nasplug.cli.safe import safe_flag
from nasplug.cli.streams import prints_elsewhere
from nasplug.engine.result import best_of

if TYPE_CHECKING:
    from nasplug.experiments.stored_runs.load import Kept

FRONT = ("latency", "accuracy", "architecture", "trial")
FAVOURITES = ("predicted", "accuracy", "architecture", "trial")
SHOWN = 10  # favourites in the table for people


@click.command()
@click.argument("run")
@click.option(
    "--predicted",
    is_flag=True,
    help="Also rank its architectures by what its strategy predicts, which sees through the luck of single trainings.",
)
@storage_option
@safe_flag
@as_json_option
def best_command(run: str, predicted: bool, storage: str, safe: bool, as_json: bool) -> None:
    """Show the best architecture of RUN: chosen by validation accuracy, reported by test accuracy.

    With a device, also the Pareto frontier of validation accuracy against latency and its hypervolume, from the slowest
    latency and the lowest accuracy of the run.
    """
    from nasplug.experiments.stored_runs.load import complete, load

    kept = load(storage, run)
    name, found = kept.run.name, kept.trials
    complete(found, name)  # or an error
    best = best_of(found)
    assert best is not None
    front = [(t.latency, t.accuracy, str(t.architecture), t.number) for t in frontier(found)]
    volume = volume_of(measured(found)) if front else None
    favourites = _favourites(kept, safe) if predicted else []
    if as_json:
        document = best.document() | ({"frontier": _named(FRONT, front), "hypervolume": volume} if front else {})
        return print_json(document | ({"predicted": _named(FAVOURITES, favourites)} if predicted else {}))
    print_best(f"Best of {name}", best_rows(best))
    if front:
        click.echo()
        title = f"Frontier of validation accuracy (%) against latency (ms), hypervolume {volume:.2f} % × ms"
        print_table(title, FRONT, front)
    if favourites:
        click.echo()
        print_table("Best by predicted validation accuracy (%), of those trained", FAVOURITES, favourites[:SHOWN])
    return None


def _favourites(kept: "Kept", safe: bool) -> list[tuple[float, float | None, str, int]]:
    from nasplug.experiments.stored_runs.load import run_of
    from nasplug.experiments.stored_runs.ranking import favourites

    with prints_elsewhere():
        ranked = favourites(run_of(kept, safe), kept.trials)
    return [(round(predicted, 4), t.accuracy, str(t.architecture), t.number) for t, predicted in ranked]


def _named(columns: tuple[str, ...], rows: list[Any]) -> list[dict[str, Any]]:
    return [dict(zip(columns, row, strict=True)) for row in rows]
