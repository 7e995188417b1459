"""`nasplug run`: one search, with progress on standard error and the result on standard output."""

import shlex
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import Any

import click

from nasplug.analysis.labels import counts, limits_line
from nasplug.analysis.margin import margin
from nasplug.cli import shared_options as shared
from nasplug.cli.next_steps import next_steps
from nasplug.cli.output import (
    best_rows,
    emit,
    exit_now,
    print_front,
    print_json,
    print_table,
    stdout_to_stderr,
)
from nasplug.cli.run_options import run_options
from nasplug.engine.progress import RunProgress, show_logging
from nasplug.engine.result import Result, why_infeasible
from nasplug.engine.run import ActiveRun
from nasplug.engine.search import explain, search
from nasplug.errors import NasplugError, first_line
from nasplug.hookspecs import HookSpecs

RESUMING = ("--resume", "--start-or-resume")
CORE_PLUGINS = {"fallback": "nasplug's default", "window": "the latency window"}


@click.command()
@run_options
@click.option(
    "--storage", metavar="URL", default=shared.DEFAULT_URL, show_default=True, help="The database of the trials."
)
@click.option("--name", metavar="RUN", help="The run's name.  [default: SPACE-STRATEGY-SEED-NUMBER]")
@click.option(
    "--resume", is_flag=True, help="Go on with the run --name where it was stopped; what is left out is as it was."
)
@click.option("--start-or-resume", is_flag=True, help="Begin the run --name, or go on with it if it is stored.")
@click.option(
    "--async", "asynchronous", is_flag=True, help="Suggest whenever a worker is free: faster, not repeatable."
)
@click.option("--explain", "explained", is_flag=True, help="Show which plugins each hook would call, and run nothing.")
@shared.as_json
def run_command(explained: bool, as_json: bool, **request: Any) -> None:
    """Search a space with a strategy, then evaluate the best architecture once more, for its test accuracy.

    Each trial is stored before the strategy learns of it: stop at any time, and continue with --resume.
    """
    if explained:
        return _print_explanation(request, as_json)
    show_logging()
    progress = RunProgress(shows_logs=True)
    end = partial(_end, progress, request)
    _stop_on_signals(end)
    try:
        with stdout_to_stderr():
            result = search(observers=[progress], **request)
    except KeyboardInterrupt as interruption:
        end(signal.SIGTERM if isinstance(interruption, Terminated) else signal.SIGINT)
    except Exception:  # the bar must end before any message is printed
        progress.on_stop()
        if progress.trials:
            _print_how_to_resume(progress, request, "Broken off")
        raise
    return _print_result(result, progress, as_json)


def _print_explanation(request: dict[str, Any], as_json: bool) -> None:
    """Prints the chain of middleware, and the plugins that each hook calls, in the order of a run."""
    chain, hooks = explain(**request)
    if as_json:
        return print_json({"chain": chain, "hooks": hooks})
    rows = []
    for hook, plugins in hooks.items():
        names = [CORE_PLUGINS.get(name, name) for name in plugins]
        until_answer = getattr(HookSpecs, hook).nasplug_spec["firstresult"]
        rows.append((hook, (" > " if until_answer else ", ").join(names)))
    title = f"Middleware, outermost first: {' > '.join(chain)}"
    print_table(title, ("hook", "plugins in the order of their calls"), rows)
    return emit("\na > b: b is called unless a answers itself.  a, b: both are called.")


class Terminated(KeyboardInterrupt):
    """SIGTERM: ends a run as Ctrl-C does."""


def _stop_on_signals(end: Callable[[int], None]) -> None:
    """Lets the first Ctrl-C or SIGTERM stop the run in good order, and a second one call `end` at once."""

    def stop(number: int, _: Any) -> None:
        for handled in numbers:
            signal.signal(handled, lambda again, _: end(again))
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    numbers = [n for n in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(n) != signal.SIG_IGN]
    for number in numbers:
        signal.signal(number, stop)


def _end(progress: RunProgress, request: dict[str, Any], number: int) -> None:
    """Prints how to go on with an interrupted run, and ends the program with the exit code of the signal `number`."""
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the message is short: no signal may cut it off
    progress.on_stop()
    _print_how_to_resume(progress, request, "Interrupted")
    exit_now(128 + number)


def _print_how_to_resume(progress: RunProgress, request: dict[str, Any], what: str) -> None:
    run = progress.run
    if run is None:
        return click.echo(f"{what} before the first trial.", err=True)
    from nasplug.storage.url import masked  # takes SQLAlchemy along, which is loaded where trials are stored

    arguments = [masked(argument) for argument in sys.argv[1:] if argument not in RESUMING]
    name = [] if request["name"] else ["--name", run.name]
    command = shlex.join(["nasplug", *arguments, *name, "--resume"])
    return click.echo(f"{what}. {progress.trials} trials are kept in {run.storage}. Go on with:\n  {command}", err=True)


def _print_result(result: Result, progress: RunProgress, as_json: bool) -> None:
    """Prints what was found. Raises `NasplugError` where no trial is complete, or a final evaluation was in vain."""
    best = result.best
    if as_json:
        print_json(result.summary())
    elif best is not None:
        summary = result.summary()
        assert progress.run is not None
        rows = best_rows(best, str(progress.run.hook.describe(architecture=best.architecture)))
        searched = [trial for trial in result.trials if trial.purpose == "search"]
        if better := margin(result.trials, result.goal, _drawn_first(progress.run, len(searched))):
            rows += [("against random", better.text(result.goal))]
        rows += [*limits_line(result.goal), ("trials", f"{counts(searched)}, {summary['cost']:,.0f} s of training")]
        rows += _confirmed_line(result)
        rows += [("kept in", f"{result.storage} as run {result.run}")]
        print_table(f"{result.space} × {result.strategy}: {result.reason}", ("", ""), rows)
        print_front(summary.get("front", ()), result.goal)
        click.echo("\n".join(["Go on with:", *(f"  {step}" for step in next_steps(progress.run, result))]), err=True)
    if best is None:
        raise NasplugError(_nothing_found(result))
    final = [t for t in result.trials if t.purpose == "final" and t.architecture == best.architecture]
    if best.test is None and final:
        cause = first_line(final[-1].error) or "unknown"
        raise NasplugError(f"The final evaluation of {best.architecture} failed: {cause}")


def _drawn_first(run: ActiveRun, searched: int) -> int | None:
    """Returns how many of the first trials were drawn at random; None where the strategy does not tell, or few were."""
    if run.settings.strategy == "random":
        return searched
    if run.settings.first or run.known:
        return None
    return run.hook.predicts_from(budget=run.budget, batch=run.batch)  # type: ignore[no-any-return]


def _confirmed_line(result: Result) -> list[tuple[str, str]]:
    """Returns how many trainings have confirmed the best, and what they have cost; nothing without one."""
    again = [trial for trial in result.trials if trial.purpose == "confirm"]
    cost = sum(trial.evaluation.cost for trial in again if trial.evaluation)
    return [("confirmed by", f"{counts(again)}, {cost:,.0f} s of training")] if again else []


def _nothing_found(result: Result) -> str:
    """Returns why no trial of a run is complete."""
    if why := why_infeasible(result.trials, result.goal):
        return f"In the run {result.run!r}, {why}."
    failed = [trial for trial in result.trials if trial.state == "failed"]
    first = f" The first: {first_line(failed[0].error)}" if failed else ""
    return f"No trial of the run {result.run!r} is complete: {len(failed)} failed.{first}"
