"""`nasplug frontier`: Table 2 of arXiv 1912.00848 for any space that knows latencies."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasplug.analysis.rendering import require_libraries
from nasplug.cli import shared_options as shared
from nasplug.cli.output import print_json, print_table, rounded, stdout_to_stderr
from nasplug.loading.streams import escape_controls

if TYPE_CHECKING:
    from nasplug.experiments.frontier.frontier import Candidate, Frontier


@click.command()
@shared.space
@click.option("--device", required=True, help="The device of the latencies, pixel1 for instance.")
@click.option("--latency", required=True, type=shared.LatencyRange(), help="The lowest and the highest latency in ms.")
@click.option("--samples", required=True, type=click.IntRange(1), metavar="M", help="Architectures to predict.")
@click.option("--run", metavar="RUN", help="Learn from the trials of this run.")
@click.option("--data", type=shared.FILE, help="Or learn from a CSV file.")
@click.option("--final", type=click.IntRange(1), metavar="K", help="Train K architectures of the frontier.")
@click.option(
    "--final-repeats", type=click.IntRange(1), default=1, show_default=True, help="How often each of them is trained."
)
@click.option("--reference", help="Compare with a set of published architectures; proxyless has one, table2.")
@click.option(
    "--strategy",
    default="neural_predictor",
    show_default=True,
    metavar="NAME",
    shell_complete=shared.plugin_names("strategy"),
    help="The strategy that predicts.",
)
@shared.space_options
@shared.strategy_options
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of samples and predictor.")
@click.option("--out", type=shared.FOLDER, help="The folder for tables and figures.")
@shared.storage
@shared.as_json
@shared.checks_trust
def frontier_command(out: Path | None, as_json: bool, **plan_values: Any) -> None:
    """Predict M architectures of a latency window and show the Pareto frontier. With --final K, train K of them.

    The file --data has the columns architecture and accuracy (%). The columns of the result are those of the paper's
    Table 2: latency (ms), accuracy ± std of the final trainings (%), architecture.
    """
    if out is not None:
        require_libraries(("matplotlib",))
    from nasplug.experiments.frontier.files import prepare_folder, write_frontier
    from nasplug.experiments.frontier.plan import Plan

    plan = Plan(**plan_values)
    if out is not None:
        prepare_folder(out)
    with stdout_to_stderr():
        frontier = plan.execute(partial(_on_training, out))
    if (count := len(frontier.sampled)) < plan.samples:
        few = f"{count:,} different networks in the window instead of {plan.samples:,}: no more were found."
        click.echo(few, err=True)
    low, high = plan.latency_window
    _print(frontier, f"architectures in {low:g}:{high:g} ms on {plan.device}", as_json)
    if out is not None:
        write_frontier(frontier, plan.device, out)
        click.echo(f"Written to {out}", err=True)
    frontier.require_a_final()


def _on_training(out: Path | None, candidate: "Candidate", frontier: "Frontier") -> None:
    """Prints what the final trainings of a candidate found, and stores the frontier so far."""
    from nasplug.experiments.frontier.files import write_candidates

    if candidate.accuracy is not None:
        click.echo(f"{candidate.architecture}: {frontier.objective.text(candidate.accuracy)}", err=True)
    for failure in candidate.failures:
        click.echo(escape_controls(f"A final evaluation failed. {failure}"), err=True)
    if out is not None:
        write_candidates(frontier, out)


def _print(frontier: "Frontier", sampled_from: str, as_json: bool) -> None:
    from nasplug.experiments.frontier.files import document

    if as_json:
        return print_json(document(frontier))
    rows, name = [candidate.row() for candidate in frontier.candidates], frontier.objective.plain_name
    title = f"{len(rows)} of {len(frontier.sampled)} {sampled_from}"
    columns = [name if column == "accuracy" else column for column in rows[0]]
    return print_table(title, columns, [[rounded(value, frontier.objective) for value in row.values()] for row in rows])
