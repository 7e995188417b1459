"""`nasplug compare`: strategies × repeats on one space, as tables and a figure."""

import math
from pathlib import Path
from typing import Any

import click

from nasplug.analysis.rendering import require_libraries
from nasplug.cli import shared_options as shared
from nasplug.cli.output import print_json, print_table, stdout_to_stderr

COLUMNS = ("strategy", "trainings", "repeats", "mean", "std", "q25", "median", "q75")


class Percent(click.FloatRange):
    """A number from 0 to 100; refuses NaN too, which is neither below 0 nor above 100."""

    name = "percentage"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Returns the percentage; fails with a message of click for any other value."""
        percentage = float(super().convert(value, param, ctx))
        if math.isnan(percentage):
            self.fail(f"{value!r} is not a valid percentage.", param, ctx)
        return percentage


@click.command()
@shared.space
@click.option(
    "--strategy",
    "strategies",
    required=True,
    multiple=True,
    metavar="NAME[:k=v,…]",
    shell_complete=shared.plugin_names("strategy"),
    help="A strategy with options of its own; give as many as there are curves.",
)
@click.option("--repeats", required=True, type=int, help="Independent searches of each strategy.")
@click.option("--budget", required=True, type=int, metavar="TRIALS", help="Architectures that each search evaluates.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the files.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Repeats at the same time.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the first repeat; the others count on.")
@shared.epochs
@shared.space_options
@shared.device
@shared.latency
@click.option(
    "--level", "levels", type=Percent(0.0, 100.0), multiple=True, help="Percent to reach.  [default: where each ends]"
)
@click.option("--mark", "marks", type=int, multiple=True, help="A dotted line.  [default: where predictions begin]")
@click.option("--title", help="Of the figure.  [default: space and repeats]")
@shared.as_json
@shared.checks_trust
def compare_command(
    out: Path,
    workers: int,
    levels: tuple[float, ...],
    marks: tuple[int, ...],
    title: str | None,
    as_json: bool,
    **plan_values: Any,
) -> None:
    """Compare strategies over independent repeats on one space.

    Every repeat is kept when it is done: after an interruption the same command goes on, and with more --repeats it
    adds those that are missing. Writes trials, summary, levels to reach, speed-ups and the figure into --out.
    """
    require_libraries()
    from nasplug.cli.progress import ComparisonProgress
    from nasplug.experiments.comparison.comparison import Comparison
    from nasplug.experiments.comparison.files import Outcome, write_outcome, write_trials
    from nasplug.experiments.comparison.plan import Plan

    plan = Plan(**plan_values)
    plan.check_marks(marks)
    with stdout_to_stderr():
        comparison = Comparison.open(plan, out)
        with ComparisonProgress(comparison) as progress:
            comparison.run(workers, progress.on_repeat)
    outcome = Outcome.of(write_trials(comparison.rows(), out), levels)
    write_outcome(outcome, plan, out, title, marks)
    for remark in outcome.remarks(plan):
        click.echo(remark, err=True)
    if as_json:
        return print_json(outcome.document() | {"out": str(out)})
    ends = [[row[column] for column in COLUMNS] for row in outcome.ends()]
    print_table(f"{outcome.accuracy} (%) at the end", COLUMNS, ends)
    click.echo(f"Written to {out}", err=True)
    return None
