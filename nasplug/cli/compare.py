"""`nasplug compare`: strategies × repeats on one space, as tables and a figure."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from nasplug.analysis.labels import with_unit
from nasplug.analysis.rendering import require_libraries
from nasplug.cli import shared_options as shared
from nasplug.cli.output import print_json, print_table, rounded, stdout_to_stderr
from nasplug.errors import UsageError
from nasplug.types import Objective

if TYPE_CHECKING:
    from nasplug.experiments.comparison.comparison import Comparison
    from nasplug.experiments.comparison.failures import Failure
    from nasplug.experiments.comparison.plan import Plan

COLUMNS = ("strategy", "trainings", "repeats", "mean", "std", "q25", "median", "q75")


class Level(click.ParamType[float]):
    """A value to reach: any finite number, which NaN is not."""

    name = "value"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Returns the number; fails with a message of click for any other text."""
        try:
            level = float(value)
        except ValueError:
            level = math.nan
        return level if math.isfinite(level) else self.fail(f"{value!r} is not a finite number.", param, ctx)


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
@click.option("--out", required=True, type=shared.FOLDER, help="The folder of the files.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Repeats at the same time.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the first repeat; the others count on.")
@shared.epochs
@shared.space_options
@shared.device
@shared.latency
@shared.objective
@shared.limit
@click.option(
    "--level",
    "levels",
    type=Level(),
    multiple=True,
    help="Accuracy to reach, in %, or another main objective's value.  [default: the ends]",
)
@click.option("--mark", "marks", type=int, multiple=True, help="A dotted line.  [default: where predictions begin]")
@click.option("--title", help="The figure's title.  [default: space and repeats]")
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

    Each repeat is stored as soon as it is done. After an interruption, the same command continues; with more --repeats,
    it adds the missing ones. Where a repeat fails, the others go on, and the same command tries it again. Writes
    trials, summary, trainings to reach a level, speed-ups and a figure into --out.
    """
    require_libraries()
    from nasplug.experiments.comparison.failures import error_of
    from nasplug.experiments.comparison.files import Outcome, write_outcome, write_trials
    from nasplug.experiments.comparison.plan import Plan

    plan = Plan(**plan_values)
    plan.check_marks(marks)
    comparison, failures = _run_repeats(plan, out, workers, levels)
    error = error_of(failures, comparison.count) if failures else None
    if len(failures) == comparison.count and error:
        raise error from failures[0].cause
    objective = comparison.goal.objective
    outcome = Outcome.of(write_trials(comparison.rows(), out), levels, objective)
    write_outcome(outcome, plan, out, title, marks)
    for remark in outcome.remarks(plan, failures):
        click.echo(remark, err=True)
    if as_json:
        print_json(outcome.document() | {"failed": [failure.row() for failure in failures], "out": str(out)})
    else:
        ends = [[rounded(row[column], objective) for column in COLUMNS] for row in outcome.ends()]
        print_table(f"{with_unit(outcome.accuracy, objective)} at the end", COLUMNS, ends)
        click.echo(f"Written to {out}", err=True)
    if error:
        raise error from failures[0].cause


def _run_repeats(
    plan: "Plan", out: Path, workers: int, levels: tuple[float, ...]
) -> "tuple[Comparison, list[Failure]]":
    """Runs the repeats that are missing in the folder `out`, with progress; returns the comparison and what failed.

    Raises `UsageError` for a level that the main objective never has.
    """
    from nasplug.cli.progress import ComparisonProgress
    from nasplug.experiments.comparison.comparison import Comparison

    with stdout_to_stderr():
        comparison = Comparison.open(plan, out)
        _check_levels(levels, comparison.goal.objective)
        with ComparisonProgress(comparison) as progress:
            failures = comparison.run(workers, progress.on_repeat, progress.on_failure)
    return comparison, failures


def _check_levels(levels: tuple[float, ...], objective: Objective) -> None:
    if outside := [level for level in levels if not objective.low <= level <= objective.high]:
        bounds = f"{objective.low:g} to {objective.high:g}"
        wanted = f"--level is a value of {with_unit(objective.plain_name, objective)} from {bounds}"
        raise UsageError(f"{wanted}, got {outside[0]:g}.")
