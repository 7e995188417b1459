"""`nasplug run`: one search, progress on standard error, a closing table or JSON document on standard output."""

import shlex
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from nasplug.cli.completion import plugin_names
from nasplug.cli.history import DEFAULT_URL
from nasplug.cli.leaving import leave
from nasplug.cli.output import best_rows, print_best, print_json, print_table
from nasplug.cli.progress import Progress
from nasplug.cli.safe import safe_flag
from nasplug.cli.streams import prints_elsewhere
from nasplug.engine.result import Result
from nasplug.engine.search import explain, search
from nasplug.errors import NasplugError
from nasplug.loading import options


class LatencyRange(click.ParamType[tuple[float, float]]):
    """Reads `LOW:HIGH` as two numbers of milliseconds."""

    name = "LOW:HIGH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Returns the bounds; fails as click's types do."""
        try:
            low, high = map(float, str(value).split(":"))
        except ValueError:
            self.fail(f"{value!r} is not LOW:HIGH in milliseconds, 75:85 for instance.", param, ctx)
        return low, high


@click.command()
@click.option(
    "--space",
    required=True,
    metavar="NAME",
    shell_complete=plugin_names("space"),
    help="The search space; 'nasplug list spaces' shows them.",
)
@click.option(
    "--strategy",
    required=True,
    metavar="NAME",
    shell_complete=plugin_names("strategy"),
    help="The strategy; 'nasplug list strategies' shows them.",
)
@click.option(
    "--budget", type=int, metavar="TRIALS", help="How many architectures to evaluate.  [default: the space's, else 100]"
)
@click.option("--max-cost", type=float, metavar="SECONDS", help="Stop after so many seconds of training.")
@click.option("--seed", type=int, default=0, show_default=True, help="Same seed, same trials.")
@click.option("--workers", type=int, help="Evaluations at the same time.  [default: the space's, else 1]")
@click.option("--batch", type=int, metavar="N", help="Architectures suggested at once.  [default: --workers]")
@click.option("--epochs", type=int, help="Epochs of each training.  [default: the space's]")
@click.option(
    "--with",
    "middleware",
    multiple=True,
    metavar="NAME[:k=v,…]",
    shell_complete=plugin_names("middleware"),
    help="Add middleware; the first is outermost.",
)
@click.option(
    "--space-opt", multiple=True, metavar="k=v,…", help="Options of the space; 'nasplug show NAME' lists them."
)
@click.option("--strategy-opt", multiple=True, metavar="k=v,…", help="Options of the strategy.")
@click.option("--device", help="Measure every architecture's latency on this device, pixel1 for instance.")
@click.option("--latency", type=LatencyRange(), help="Keep to architectures of this latency in ms on --device.")
@click.option(
    "--timeout", type=float, metavar="S", help="Stop an evaluation after S seconds; it runs in a process of its own."
)
@click.option("--retries", type=int, default=0, show_default=True, help="More attempts for an evaluation that fails.")
@click.option("--storage", metavar="URL", default=DEFAULT_URL, show_default=True, help="Where the trials are kept.")
@click.option("--name", metavar="RUN", help="The run's name.  [default: SPACE-STRATEGY-SEED-NUMBER]")
@click.option("--resume", is_flag=True, help="Go on with the run --name where it was stopped.")
@click.option(
    "--async", "asynchronous", is_flag=True, help="Suggest whenever a worker is free: faster, not repeatable."
)
@click.option("--explain", "explained", is_flag=True, help="Show which plugins each hook would call, and run nothing.")
@safe_flag
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")
def run_command(
    space_opt: tuple[str, ...], strategy_opt: tuple[str, ...], explained: bool, as_json: bool, **wanted: Any
) -> None:
    """Search a space with a strategy, then evaluate the best architecture finally.

    Trials are stored before the strategy hears of them: stop at any time, go on with --resume.
    """
    wanted["space_options"] = options.parse_options(space_opt, "--space-opt")
    wanted["strategy_options"] = options.parse_options(strategy_opt, "--strategy-opt")
    if explained:
        return _print_explanation(wanted, as_json)
    progress = Progress()
    end = partial(_end, progress, wanted)
    _heed_signals(end)
    try:
        with prints_elsewhere():
            result = search(observers=[progress], **wanted)
    except KeyboardInterrupt as interruption:
        end(signal.SIGTERM if isinstance(interruption, Terminated) else signal.SIGINT)
    except Exception:  # whatever it is, the bar must not stay in front of its message
        progress.close()
        raise
    return _show(result, progress, as_json)


def _print_explanation(wanted: dict[str, Any], as_json: bool) -> None:
    """Prints who would take part in the run, the outermost first, and whom each hook would call."""
    chain, hooks = explain(**wanted)
    if as_json:
        return print_json({"chain": chain, "hooks": hooks})
    return print_table(
        " > ".join(chain), ("hook", "calls"), [(hook, " > ".join(names)) for hook, names in hooks.items()]
    )


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends a run like Ctrl-C does."""


def _heed_signals(end: Callable[[int], None]) -> None:
    """Lets the first Ctrl-C or SIGTERM stop the run in good order, and a second one end it at once by `end`."""

    def first(number: int, _: Any) -> None:
        for each in heeded:
            signal.signal(each, lambda again, _: end(again))
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    heeded = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) != signal.SIG_IGN]
    for each in heeded:
        signal.signal(each, first)


def _end(progress: Progress, wanted: dict[str, Any], number: int) -> None:
    for each in (signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)  # what follows takes no time, and is worth reading
    progress.close()
    _explain_interruption(progress, wanted)
    leave(128 + number)


def _explain_interruption(progress: Progress, wanted: dict[str, Any]) -> None:
    run = progress.run
    if run is None:
        return click.echo("Interrupted before the first trial.", err=True)
    from nasplug.storage.url import masked  # SQLAlchemy, which has stored the trials

    arguments = [masked(argument) for argument in sys.argv[1:] if argument != "--resume"]
    name = [] if wanted["name"] else ["--name", run.name]
    command = shlex.join(["nasplug", *arguments, *name, "--resume"])
    return click.echo(
        f"Interrupted. {progress.told} trials are kept in {run.storage}. Go on with:\n  {command}", err=True
    )


def _show(result: Result, progress: Progress, as_json: bool) -> None:
    best = result.best
    failed = [trial for trial in result.trials if trial.state == "failed"]
    if as_json:
        print_json(result.summary())
    elif best is not None:
        print_best(f"{result.space} × {result.strategy}: {result.reason}", _closing_rows(result, progress))
    if best is None:
        first = f" The first: {failed[0].error}" if failed else ""
        raise NasplugError(f"No trial of the run {result.run!r} is complete: {len(failed)} failed.{first}")
    if best.test is None:
        raise NasplugError(
            f"The final evaluation of {best.architecture} failed: {failed[-1].error if failed else 'unknown'}"
        )


def _closing_rows(result: Result, progress: Progress) -> list[tuple[str, Any]]:
    assert result.best is not None
    summary = result.summary()
    rows = best_rows(result.best, progress.describe(result.best.architecture))
    rows.append(("trials", f"{summary['trials']}, {summary['failed']} failed, {summary['cost']:,.0f} s of training"))
    rows.append(("kept in", f"{result.storage} as run {result.run}"))
    return rows
