"""`nasplug frontier`: the paper's Table 2 for any space that knows latencies."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasplug.cli.completion import plugin_names
from nasplug.cli.history import as_json_option, storage_option
from nasplug.cli.output import print_json, print_table
from nasplug.cli.run import LatencyRange
from nasplug.cli.safe import safe_option
from nasplug.cli.streams import printable, prints_elsewhere
from nasplug.loading import options

if TYPE_CHECKING:
    from nasplug.experiments.frontier.frontier import Candidate, Frontier


@click.command()
@click.option("--space", required=True, metavar="NAME", shell_complete=plugin_names("space"), help="The search space.")
@click.option("--device", required=True, help="Whose latency counts, pixel1 for instance.")
@click.option("--latency", required=True, type=LatencyRange(), help="Lowest and highest milliseconds.")
@click.option("--samples", required=True, type=click.IntRange(1), metavar="M", help="Architectures to predict.")
@click.option("--run", metavar="RUN", help="Learn from this run.")
@click.option("--data", type=click.Path(dir_okay=False, path_type=Path), help="Or from a CSV architecture,accuracy.")
@click.option("--final", type=click.IntRange(1), metavar="K", help="Train so many of the frontier finally.")
@click.option(
    "--final-repeats", type=click.IntRange(1), default=1, show_default=True, help="Trainings of each of them."
)
@click.option("--reference", help="A published set to show beside it, table2 of proxyless for instance.")
@click.option("--strategy", default="neural_predictor", show_default=True, metavar="NAME", help="What predicts.")
@click.option("--space-opt", multiple=True, metavar="k=v", help="An option of the space.")
@click.option("--strategy-opt", multiple=True, metavar="k=v", help="An option of the strategy.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of samples and predictor.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder for CSV and figure.")
@storage_option
@as_json_option
@safe_option
def frontier_command(
    out: Path | None, as_json: bool, space_opt: tuple[str, ...], strategy_opt: tuple[str, ...], **wanted: Any
) -> None:
    """Predict M architectures of a latency window and show the Pareto frontier; train K of it.

    The columns are those of the paper's Table 2: latency (ms), accuracy ± std of the final trainings (%), architecture.
    """
    if out is not None:
        from nasplug.analysis.needs import need_analysis

        need_analysis(("matplotlib",))
    from nasplug.experiments.frontier.files import need_folder, write_frontier
    from nasplug.experiments.frontier.plan import Request

    space, strategy = (
        options.parse_options(space_opt, "--space-opt"),
        options.parse_options(strategy_opt, "--strategy-opt"),
    )
    request = Request(space_options=space, strategy_options=strategy, **wanted)
    if out is not None:
        need_folder(out)
    with prints_elsewhere():
        found = request.answer(partial(_told, out))
    if (there := len(found.sampled)) < request.samples:
        few = f"{there:,} different networks in the window instead of {request.samples:,}: no more were found."
        click.echo(few, err=True)
    low, high = request.latency
    _show(found, f"architectures in {low:g}:{high:g} ms on {request.device}", as_json)
    if out is not None:
        write_frontier(found, request.device, out)
        click.echo(f"Written to {out}", err=True)
    found.require_a_final()


def _told(out: Path | None, candidate: "Candidate", so_far: "Frontier") -> None:
    """Tells of an architecture that was trained finally, and keeps it."""
    from nasplug.experiments.frontier.files import write_candidates

    if candidate.accuracy is not None:
        click.echo(f"{candidate.architecture}: {candidate.accuracy:.2f} %", err=True)
    for failure in candidate.failures:
        click.echo(printable(f"A final evaluation failed. {failure}"), err=True)
    if out is not None:
        write_candidates(so_far, out)


def _show(found: "Frontier", what: str, as_json: bool) -> None:
    from nasplug.experiments.frontier.files import document

    if as_json:
        return print_json(document(found))
    rows = [candidate.row() for candidate in found.candidates]
    title = f"{len(rows)} of {len(found.sampled)} {what}"
    return print_table(title, list(rows[0]), [[_two(value) for value in row.values()] for row in rows])


def _two(value: object) -> object:
    return f"{value:.2f}" if isinstance(value, float) else value
