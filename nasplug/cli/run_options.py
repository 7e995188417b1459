"""The options that begin a run or go on with it: those of `nasplug run` and `nasplug ask`."""

from collections.abc import Callable
from typing import Any

import click

from nasplug.cli import shared_options as shared

OPTIONS = [
    shared.plugin_option("space", required=False),
    shared.plugin_option("strategy", required=False),
    click.option(
        "--budget",
        type=int,
        metavar="TRIALS",
        help="How many architectures to evaluate; more than before with --resume.  [default: the space's, else 100]",
    ),
    click.option("--max-cost", type=float, metavar="SECONDS", help="Stop after so many seconds of training."),
    click.option("--seed", type=int, help="Same seed, same trials.  [default: 0]"),
    click.option("--workers", type=int, help="Evaluations at the same time.  [default: the space's, else 1]"),
    click.option("--batch", type=int, metavar="N", help="Architectures suggested at once.  [default: --workers]"),
    shared.epochs,
    click.option(
        "--with",
        "middleware",
        multiple=True,
        metavar="NAME[:k=v,…]",
        shell_complete=shared.plugin_names("middleware"),
        help="Add middleware; the first is outermost.",
    ),
    shared.space_options,
    shared.strategy_options,
    shared.device,
    shared.latency,
    *shared.goal_options,
    click.option(
        "--known",
        multiple=True,
        metavar="RUN[@URL]|FILE.csv",
        help="Tell the strategy trials of another run, or of a CSV file, before it begins; they cost no budget.",
    ),
    click.option("--first", multiple=True, metavar="ARCH", help="Evaluate this one before the strategy's own."),
    click.option(
        "--confirm",
        metavar="K:R|off",
        help="At the end, train the K best R times more; recommend the best mean.  [default: the space's, else off]",
    ),
    click.option(
        "--finals",
        type=int,
        metavar="N",
        help="How many get a final evaluation.  [default: the best, or frontier]",
    ),
    click.option(
        "--timeout",
        type=float,
        metavar="S",
        help="Stop an evaluation after S seconds; it runs in its own process.",
    ),
    click.option("--retries", type=int, help="More attempts for an evaluation that fails.  [default: 0]"),
    click.option(
        "--max-failures",
        type=int,
        metavar="N",
        help="End after N failures in a row.  [default: 5 if the first fail]",
    ),
    shared.safe,
]


def run_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the options of a run to a command, which takes them as the arguments of `nasplug.search`."""
    for option in reversed(OPTIONS):
        command = option(command)
    return command
