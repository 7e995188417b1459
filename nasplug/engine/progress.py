"""Shows the progress of a run on standard error: a bar on a terminal or in a notebook, lines elsewhere."""

import logging
import time
from collections.abc import Generator
from math import ceil
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.errors import first_line
from nasplug.hookspecs import hookimpl
from nasplug.loading.streams import escape_controls
from nasplug.types import ACCURACY, Trial

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

ALL_LINES = 20  # trials that each get a line
INTERVAL = 0.25  # seconds after the last line, when a later trial gets one


@attrs.define(eq=False)
class RunProgress:
    """An observer of one run. `shows_logs`: also what plugins log, at INFO and above."""

    shows_logs: bool = False
    run: ActiveRun | None = None  # None until it starts
    trials: int = 0  # that are done, replayed ones included
    _console: Any = attrs.field(default=None, init=False)
    _bar: Any = attrs.field(default=None, init=False)
    _started: float = attrs.field(default=0.0, init=False)
    _new_trials: int = attrs.field(default=0, init=False)  # not replayed
    _last_line: float = attrs.field(default=0.0, init=False)  # when it was printed
    _incumbent: Trial | None = attrs.field(default=None, init=False)
    _failed: int = attrs.field(default=0, init=False)

    @hookimpl(wrapper=True)
    def on_start(self, run: ActiveRun) -> Generator[None, Any, Any]:
        """Prints what is run and starts the bar, once every plugin has started: until then the run may be refused."""
        from rich.console import Console

        self.run, self._started = run, time.monotonic()
        self._console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        if self.shows_logs:
            show_logging(self._console)
        answers = yield
        budget = "no budget of trials" if run.settings.budget is None else f"{run.settings.budget} trials"
        place = f", kept in {run.storage} as {run.name}" if run.storage else ""
        what = f"{run.settings.space} × {run.settings.strategy}: seed {run.seed}, {budget}{place}"
        self._console.print(escape_controls(what))
        if self._console.is_terminal:
            self._bar = progress_bar(self._console, "{task.fields[best]}{task.fields[left]}")
            self._bar.add_task("trials", total=run.settings.budget and run.settings.budget + 1, best="", left="")
            self._bar.start()
        return answers

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        """Moves the bar; prints a failure, and any trial where there is no bar."""
        if trial.purpose == "known":
            return
        self.trials += 1
        self._new_trials += not run.replaying
        self._failed += trial.state == "failed"
        self._incumbent = run.goal.incumbent(filter(None, (self._incumbent, trial)))
        best = f"best {_value(run, self._incumbent)}" if self._incumbent else "none complete yet"
        state = self._time_left(run) + self._workers(run)
        if self._bar:
            self._bar.update(0, completed=self.trials, best=best, left=state)
        if trial.state == "failed":
            error = escape_controls(first_line(trial.error))
            self._console.print(f"trial {trial.number} failed: {error}", style="yellow")
        elif not self._bar and not run.replaying and self._is_line_due(run):
            place = f"{trial.number + 1}/{run.settings.budget}" if run.settings.budget else str(trial.number + 1)
            label = f"trial {place}" if trial.purpose == "search" else "final"
            self._console.print(f"{label}: {_found(run, trial)}, {best}{state}")

    @hookimpl
    def on_stop(self) -> None:
        """Ends the bar, also after an error or an interruption."""
        if self._bar:
            self._bar.stop()

    def _is_line_due(self, run: ActiveRun) -> bool:
        """Returns whether a trial gets a line: the first twenty and the last two do, others if the last is old."""
        now = time.monotonic()
        recent = now - self._last_line < INTERVAL
        if self.trials > ALL_LINES and recent and run.remaining and self.trials <= (run.settings.budget or 0):
            return False
        self._last_line = now
        return True

    def _workers(self, run: ActiveRun) -> str:
        """Returns how many trials run, wait and have failed; an empty text with a single worker."""
        return f" ({run.in_flight}, {self._failed} failed)" if run.settings.workers > 1 else ""

    def _time_left(self, run: ActiveRun) -> str:
        """Estimates the time left: all workers together evaluate in rounds, and the final evaluation is one more."""
        if not self._new_trials or not run.settings.budget or self.trials > run.settings.budget:
            return ""
        workers = run.settings.workers
        seconds_a_round = (time.monotonic() - self._started) / ceil(self._new_trials / workers)
        rounds = ceil(run.settings.budget / workers) - ceil(self.trials / workers) + 1
        return time_left(seconds_a_round * rounds)


def progress_bar(console: "Console", details: str, disable: bool = False) -> "Progress":
    """Returns a bar with count and elapsed time, and `details` formatted with the fields of its task."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn(details), console=console, disable=disable)


def time_left(seconds: float) -> str:
    """Returns the rest of a line that says how long something will still take."""
    return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"


def _value(run: ActiveRun, trial: Trial) -> str:
    """Returns a trial's value of the main objective, with its unit."""
    value = run.goal.figure(trial)
    return "unknown" if value is None else run.goal.objective.text(value)


def _found(run: ActiveRun, trial: Trial) -> str:
    """Returns what came of a trial that has not failed; the objective is named unless it is the accuracy in percent."""
    if trial.state == "infeasible":
        return f"infeasible, {escape_controls(trial.error or '')}"
    objective = run.goal.objective
    return f"{'' if objective == ACCURACY else f'{objective.plain_name} '}{_value(run, trial)}"


def show_logging(console: "Console | None" = None) -> None:
    """Shows what is logged under `nasplug` on standard error, over the bar of a console; with `--debug` all of it."""
    from rich.console import Console

    logger = logging.getLogger("nasplug")
    logger.setLevel(min(logger.level or logging.INFO, logging.INFO))
    logger.handlers = [_ConsoleHandler(console or Console(stderr=True, highlight=False, markup=False, emoji=False))]


class _ConsoleHandler(logging.Handler):
    """Prints each record as one line of a console."""

    def __init__(self, console: "Console") -> None:
        super().__init__()
        self._console = console

    def emit(self, record: logging.LogRecord) -> None:
        """Prints a record, warnings in yellow."""
        style = "yellow" if record.levelno >= logging.WARNING else None
        self._console.print(escape_controls(self.format(record)), style=style, soft_wrap=True)
