"""`nasplug plot` and `nasplug report`: figures of runs and comparisons, and runs as pages."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import click

from nasplug.analysis.figures import (
    front_figure,
    hypervolume_figure,
    incumbent_figure,
    latency_figure,
    prediction_figure,
)
from nasplug.analysis.rendering import figure_format, require_libraries, save_figure
from nasplug.cli import shared_options as shared
from nasplug.cli.output import stdout_to_stderr
from nasplug.errors import StorageError, UsageError
from nasplug.loading.streams import escape_controls

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nasplug.analysis.figures import Prediction
    from nasplug.experiments.stored_runs.load import LoadedRun

FIGURES: "dict[str, Callable[..., Figure]]" = {
    "incumbent": incumbent_figure,
    "latency": latency_figure,
    "front": front_figure,
    "hypervolume": hypervolume_figure,
    "prediction": prediction_figure,
}


@click.command()
@click.argument("runs", nargs=-1)
@click.option("--comparison", type=shared.FOLDER, help="A folder of nasplug compare.")
@click.option(
    "--kind", type=click.Choice([*FIGURES]), default="incumbent", show_default=True, help="What to draw of RUNS."
)
@click.option("--mark", "marks", type=int, multiple=True, metavar="N", help="Comparisons: a line at N trainings.")
@click.option("--title", help="The title of the figure.")
@click.option("--out", required=True, type=shared.FILE, help="A file: .png, .svg or .pdf.")
@shared.storage
@shared.safe
def plot_command(
    runs: tuple[str, ...],
    comparison: Path | None,
    kind: str,
    marks: tuple[int, ...],
    title: str | None,
    out: Path,
    storage: str,
    safe: bool,
) -> None:
    """Draw RUNS side by side, or the figure of a comparison."""
    require_libraries(("matplotlib", "pandas", "scipy"))
    _check_plot(runs, comparison, kind, marks)
    figure_format(out)  # before anything is predicted
    if comparison is not None:
        from nasplug.experiments.comparison.files import stored_figure

        figure = stored_figure(comparison, title, marks)
    else:
        figure = _figure_of_runs(runs, kind, title or "", storage, safe)
    save_figure(figure, out)
    click.echo(f"Written to {out}", err=True)


def _check_plot(runs: tuple[str, ...], comparison: Path | None, kind: str, marks: tuple[int, ...]) -> None:
    """Raises `UsageError` for arguments of `nasplug plot` that do not fit together."""
    if bool(runs) == bool(comparison):
        raise UsageError("Name the runs to plot, or a folder of 'nasplug compare' with --comparison.")
    if marks and comparison is None:
        raise UsageError("--mark draws into the figure of a --comparison: runs have no such line.")
    if comparison is not None and kind != "incumbent":
        raise UsageError("--kind is what to draw of runs: a comparison has one figure.")
    if len(set(runs)) < len(runs):
        raise UsageError("A run is named twice: name each once.")


def _figure_of_runs(runs: tuple[str, ...], kind: str, title: str, storage: str, safe: bool) -> "Figure":
    from nasplug.experiments.stored_runs.load import load_run

    loaded = [load_run(storage, name) for name in runs]
    _check_same_objectives(loaded)
    for run in loaded:
        run.require_complete_trials()
    with stdout_to_stderr():
        shown = {run.run.name: _prediction(run, safe) if kind == "prediction" else run.trials for run in loaded}
    return FIGURES[kind](shown, title, loaded[0].goal)


def _check_same_objectives(loaded: "list[LoadedRun]") -> None:
    """Raises `UsageError` for runs whose values cannot stand on the same axes."""
    first = loaded[0]
    for other in loaded[1:]:
        if other.goal.objectives != first.goal.objectives:
            searched = (f"{run.run.name!r} searched for {_listed(run)}" for run in (first, other))
            raise UsageError(f"{', '.join(searched)}: they need figures of their own.")


def _listed(run: "LoadedRun") -> str:
    return " and ".join(f"{o.plain_name} ({o.direction}{', ' * bool(o.unit)}{o.unit})" for o in run.goal.objectives)


@click.command()
@click.argument("run")
@click.option("--out", required=True, type=shared.FILE, help="The HTML file to be written.")
@shared.storage
@shared.safe
def report_command(run: str, out: Path, storage: str, safe: bool) -> None:
    """Write RUN as one HTML page that needs no network: curves, frontier, pictures, trials, failures, options."""
    require_libraries(("plotly", "scipy"))
    from nasplug.analysis.report.page import page
    from nasplug.experiments.stored_runs.load import load_run
    from nasplug.experiments.stored_runs.reporting import report_subject
    from nasplug.storage.atomic_files import write_atomically

    with stdout_to_stderr():
        subject = report_subject(load_run(storage, run), lambda text: click.echo(escape_controls(text), err=True), safe)
        html = page(subject)
    write_atomically(out, html)
    click.echo(f"Written to {out}", err=True)


def _prediction(loaded: "LoadedRun", safe: bool) -> "Prediction":
    from nasplug.experiments.stored_runs.load import remake_run
    from nasplug.experiments.stored_runs.prediction import predict_later_trials

    prediction = predict_later_trials(remake_run(loaded, safe), loaded.trials)
    if prediction is None:
        raise StorageError(
            f"The run {loaded.run.name!r} has no predictions to plot: its strategy, {loaded.run.settings['strategy']}, "
            "predicts nothing, or fewer than eight trials are complete."
        )
    return prediction
