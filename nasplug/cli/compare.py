"""`nasplug compare`: strategies × repeats on one space, as tables and a figure."""

from pathlib import Path
from typing import Any

import click

from nasplug.cli.completion import plugin_names
from nasplug.cli.output import print_json, print_table
from nasplug.cli.run import LatencyRange
from nasplug.cli.safe import safe_option
from nasplug.cli.streams import prints_elsewhere
from nasplug.loading import options


class Percent(click.FloatRange):
    """A number from 0 to 100; what is no number, which compares with none, is refused too."""

    name = "percentage"

    def __init__(self) -> None:
        super().__init__(0.0, 100.0)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Returns the percentage. Fails with click's message for any other value."""
        found = float(super().convert(value, param, ctx))
        if found != found:
            self.fail(f"{value!r} is not a valid percentage.", param, ctx)
        return found


@click.command()
@click.option("--space", required=True, metavar="NAME", shell_complete=plugin_names("space"), help="The search space.")
@click.option(
    "--strategy",
    "strategies",
    required=True,
    multiple=True,
    metavar="NAME[:k=v,…]",
    shell_complete=plugin_names("strategy"),
    help="A strategy with options of its own; give as many as there are curves.",
)
@click.option("--repeats", required=True, type=int, help="Independent searches of each strategy.")
@click.option("--budget", required=True, type=int, metavar="TRIALS", help="Architectures that each search evaluates.")
@click.option("--out", required=True, type=click.Path(file_okay=False, path_type=Path), help="Folder of the files.")
@click.option("--workers", type=click.IntRange(1), default=1, show_default=True, help="Repeats at the same time.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the first repeat; the others count on.")
@click.option("--epochs", type=int, help="Epochs of each training.  [default: the space's]")
@click.option("--space-opt", multiple=True, metavar="k=v", help="An option of the space.")
@click.option("--device", help="Measure every architecture's latency on this device.")
@click.option("--latency", type=LatencyRange(), help="Keep to architectures of this latency in ms on --device.")
@click.option("--level", "levels", type=Percent(), multiple=True, help="Percent to reach.  [default: where each ends]")
@click.option(
    "--mark", "marks", type=int, multiple=True, metavar="N", help="A dotted line.  [default: where predictions begin]"
)
@click.option("--title", help="Of the figure.  [default: space and repeats]")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
@safe_option
def compare_command(
    out: Path,
    workers: int,
    levels: tuple[float, ...],
    marks: tuple[int, ...],
    title: str | None,
    as_json: bool,
    space_opt: tuple[str, ...],
    **wanted: Any,
) -> None:
    """Compare strategies over independent repeats on one space.

    Every repeat is kept when it is done: after an interruption the same command goes on, and more --repeats go on
    where fewer ended. Writes trials, summary, levels to reach, speed-ups and the figure into --out.
    """
    from nasplug.analysis.needs import need_analysis

    need_analysis()
    from nasplug.cli.comparison_progress import Repeats
    from nasplug.experiments.comparison.comparison import Comparison
    from nasplug.experiments.comparison.files import Outcome, write_outcome, write_trials
    from nasplug.experiments.comparison.plan import Plan

    plan = Plan(space_options=options.parse_options(space_opt, "--space-opt"), **wanted)
    plan.check_marks(marks)
    with prints_elsewhere():
        comparison = Comparison.open(plan, out)
        with Repeats(comparison) as progress:
            comparison.run(workers, progress.tell)
    outcome = Outcome.of(write_trials(comparison.rows(), out), levels)
    write_outcome(outcome, plan, out, title, marks)
    for remark in outcome.remarks(plan):
        click.echo(remark, err=True)
    if as_json:
        return print_json(outcome.document() | {"out": str(out)})
    columns = ("strategy", "trainings", "repeats", "mean", "std", "q25", "median", "q75")
    ends = [[row[column] for column in columns] for row in outcome.ends()]
    print_table(f"{outcome.accuracy} (%) at the end", columns, ends)
    click.echo(f"Written to {out}", err=True)
    return None
