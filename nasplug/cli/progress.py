"""Shows the progress of runs and comparisons on standard error: a bar on a terminal, now and then a line elsewhere."""

import logging
import sys
import time
from collections.abc import Generator
from math import ceil
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs
import click

from nasplug.cli.output import escape_controls
from nasplug.engine.result import incumbent
from nasplug.engine.run import ActiveRun
from nasplug.hookspecs import hookimpl
from nasplug.types import Trial

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

    from nasplug.experiments.comparison.comparison import Comparison
    from nasplug.experiments.comparison.failures import Failure

ALL_LINES = 20  # trials that each get a line; later trials, and repeats, get one only
TRIAL_INTERVAL, REPEAT_INTERVAL = 0.25, 10.0  # so many seconds after the last line


@attrs.define(eq=False)
class RunProgress:
    """An observer of one run."""

    run: ActiveRun | None = None  # None until it starts
    trials: int = 0  # that are done, replayed ones included
    _console: Any = None
    _bar: Any = None
    _started: float = 0.0
    _new_trials: int = 0  # not replayed
    _last_line: float = 0.0  # when it was printed
    _incumbent: Trial | None = None
    _failed: int = 0

    @hookimpl(wrapper=True)
    def on_start(self, run: ActiveRun) -> Generator[None, Any, Any]:
        """Prints what is run and starts the bar, once every plugin has started: until then the run may be refused."""
        from rich.console import Console

        self.run, self._started = run, time.monotonic()
        self._console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        _show_logging(self._console)
        answers = yield
        budget = "no budget of trials" if run.budget is None else f"{run.budget} trials"
        place = f", kept in {run.storage} as {run.name}" if run.storage else ""
        what = f"{run.settings.space} × {run.settings.strategy}: seed {run.seed}, {budget}{place}"
        self._console.print(escape_controls(what))
        if self._console.is_terminal:
            self._bar = progress_bar(self._console, "{task.fields[best]}{task.fields[left]}")
            self._bar.add_task("trials", total=run.budget and run.budget + 1, best="", left="")
            self._bar.start()
        return answers

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        """Moves the bar; prints a failure, and any trial where there is no bar."""
        self.trials += 1
        self._new_trials += not run.replaying
        self._failed += trial.state == "failed"
        self._incumbent = incumbent(filter(None, (self._incumbent, trial)))
        best = f"best {self._incumbent.accuracy:.2f} %" if self._incumbent else "none complete yet"
        state = self._time_left(run) + self._workers(run)
        if self._bar:
            self._bar.update(0, completed=self.trials, best=best, left=state)
        if trial.state == "failed":
            error = escape_controls(trial.error or "")
            self._console.print(f"trial {trial.number} failed: {error}", style="yellow")
        elif not self._bar and not run.replaying and self._is_line_due(run):
            place = f"{trial.number + 1}/{run.budget}" if run.budget else str(trial.number + 1)
            label = f"trial {place}" if trial.purpose == "search" else "final"
            self._console.print(f"{label}: {trial.accuracy:.2f} %, {best}{state}")

    @hookimpl
    def on_stop(self) -> None:
        """Ends the bar, also after an error or an interruption."""
        if self._bar:
            self._bar.stop()

    def _is_line_due(self, run: ActiveRun) -> bool:
        """Returns whether a trial gets a line: the first twenty and the last two do, others if the last is old."""
        now = time.monotonic()
        recent = now - self._last_line < TRIAL_INTERVAL
        if self.trials > ALL_LINES and recent and run.remaining and self.trials <= (run.budget or 0):
            return False
        self._last_line = now
        return True

    def _workers(self, run: ActiveRun) -> str:
        """Returns how many trials run, wait and have failed; an empty text with a single worker."""
        return f" ({run.in_flight}, {self._failed} failed)" if run.settings.workers > 1 else ""

    def _time_left(self, run: ActiveRun) -> str:
        """Estimates the time left: all workers together evaluate in rounds, and the final evaluation is one more."""
        if not self._new_trials or not run.budget or self.trials > run.budget:
            return ""
        workers = run.settings.workers
        seconds_a_round = (time.monotonic() - self._started) / ceil(self._new_trials / workers)
        rounds = ceil(run.budget / workers) - ceil(self.trials / workers) + 1
        return time_left(seconds_a_round * rounds)


@attrs.define
class ComparisonProgress:
    """Counts the repeats of a comparison on standard error, and shows once what plugins write there.

    As a context manager it shows the bar; where an error ends it early, it says what is stored.
    """

    comparison: "Comparison"
    done: int = 0  # repeats, those of earlier commands included
    _done_before: int = 0  # by earlier commands
    _failed: int = 0
    _count: int = 0
    _shown: set[str] = attrs.field(factory=set)
    _started: float = attrs.field(factory=time.monotonic)
    _last_line: float = 0.0  # when it was printed
    _bar: Any = None

    def __enter__(self) -> Self:
        from rich.console import Console

        self._count = self.comparison.count
        self.done = self._done_before = self._count - len(self.comparison.missing())
        console = Console(file=sys.stderr, soft_wrap=True)  # a given stream, as every repeat replaces sys.stderr
        self._bar = progress_bar(console, "{task.fields[left]}", disable=not console.is_terminal)
        self._bar.add_task("repeats", total=self._count, completed=self.done, left="")
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._bar.stop()
        if kind is KeyboardInterrupt or (kind and self.done):
            repeats = "1 repeat is" if self.done == 1 else f"{self.done} repeats are"
            click.echo(f"{repeats} kept. The same command goes on where they end.", err=True)

    def on_repeat(self, lines: list[str]) -> None:
        """Counts one more repeat, and shows those `lines` of its plugins that were not shown before."""
        self.done += 1
        for line in lines:
            if line not in self._shown:
                self._shown.add(line)
                click.echo(escape_controls(line), err=True)
        self._show()

    def on_failure(self, failure: "Failure") -> None:
        """Shows a repeat that raised; it takes its time but is not done."""
        self._failed += 1
        click.echo(escape_controls(f"failed: {failure}"), err=True)
        self._show()

    def _show(self) -> None:
        seconds_each = (time.monotonic() - self._started) / (self.done + self._failed - self._done_before)
        to_do = self._count - self.done - self._failed
        left = time_left(seconds_each * to_do)
        self._bar.update(0, completed=self.done, left=left)
        now = time.monotonic()
        if self._bar.disable and (now - self._last_line > REPEAT_INTERVAL or not to_do):
            self._last_line = now
            click.echo(f"repeat {self.done}/{self._count}{left}", err=True)


def progress_bar(console: "Console", details: str, disable: bool = False) -> "Progress":
    """Returns a bar with count and elapsed time, and `details` formatted with the fields of its task."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn(details), console=console, disable=disable)


def time_left(seconds: float) -> str:
    """Returns the rest of a line that says how long something will still take."""
    return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"


def _show_logging(console: "Console") -> None:
    """Shows what plugins log under `nasplug`, at INFO and above, over the bar."""
    from rich.logging import RichHandler

    logger = logging.getLogger("nasplug")
    logger.setLevel(logging.INFO)
    logger.handlers = [RichHandler(console=console, show_time=False, show_level=False, show_path=False)]
