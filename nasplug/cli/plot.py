"""`nasplug plot`: the figures of runs and of comparisons, as PNG, SVG or PDF."""

from pathlib import Path

import click

from nasplug.cli.history import storage_option
from nasplug.cli.safe import safe_flag
from nasplug.cli.streams import prints_elsewhere
from nasplug.errors import UsageError

KINDS = ("incumbent", "latency", "hypervolume", "prediction")
out_option = click.option(
    "--out", required=True, type=click.Path(dir_okay=False, path_type=Path), help="A file: .png, .svg or .pdf."
)


@click.command()
@click.argument("runs", nargs=-1)
@click.option("--comparison", type=click.Path(file_okay=False, path_type=Path), help="A folder of compare.")
@click.option("--kind", type=click.Choice(KINDS), default=KINDS[0], show_default=True, help="What to draw of RUNS.")
@click.option("--mark", "marks", type=int, multiple=True, metavar="N", help="Comparisons: a dotted line there.")
@click.option("--title", help="Of the figure.")
@out_option
@storage_option
@safe_flag
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
    from nasplug.analysis.needs import need_analysis

    need_analysis(("matplotlib", "pandas", "scipy"))
    from nasplug.analysis.drawing import format_of, save

    if bool(runs) == bool(comparison):
        raise UsageError("Name the runs to plot, or a folder of 'nasplug compare' with --comparison.")
    if marks and comparison is None:
        raise UsageError("--mark draws into the figure of a --comparison: runs have no such line.")
    if comparison is not None and kind != KINDS[0]:
        raise UsageError("--kind is what to draw of runs: a comparison has one figure.")
    if len(set(runs)) < len(runs):
        raise UsageError("A run is named twice: name each once.")
    format_of(out)  # before anything is predicted
    if comparison is not None:
        from nasplug.experiments.comparison.files import figure_of

        save(figure_of(comparison, title, marks), out)
    else:
        from nasplug.experiments.stored_runs.load import load
        from nasplug.experiments.stored_runs.plotting import figure_of_runs

        with prints_elsewhere():
            figure = figure_of_runs(kind, [load(storage, name) for name in runs], title or "", safe)
        save(figure, out)
    click.echo(f"Written to {out}", err=True)
