"""Shows the progress of a run on standard error: a bar on a terminal or in a notebook, lines elsewhere."""

import logging
import time
from collections import Counter
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.engine.best_so_far import BestSoFar
from nasplug.engine.measurements import times
from nasplug.engine.run import ActiveRun
from nasplug.engine.ticker import Ticker
from nasplug.engine.time_estimate import TimeEstimate
from nasplug.errors import first_line
from nasplug.hookspecs import hookimpl
from nasplug.loading.streams import escape_controls
from nasplug.types import ACCURACY, Trial

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress

ALL_LINES = 20  # trials that each get a line
INTERVAL = 0.25  # seconds after the last line, when a later trial gets one
SILENCE = 10.0  # seconds without a line, after which one says how far the run is
TICK = 0.25  # seconds between two looks at the run


@attrs.define(eq=False)
class RunProgress:
    """An observer of one run. `shows_logs`: also what plugins log, at INFO and above."""

    shows_logs: bool = False
    run: ActiveRun | None = None  # None until it starts
    trials: int = 0  # that are done, replayed ones included
    _console: Any = attrs.field(default=None, init=False)
    _bar: Any = attrs.field(default=None, init=False)
    _ticker: Ticker | None = attrs.field(default=None, init=False)
    _estimate: Any = attrs.field(default=None, init=False)
    _best: BestSoFar = attrs.field(factory=BestSoFar, init=False)
    _last_line: float = attrs.field(default=0.0, init=False)  # when it was printed
    _counts: "Counter[str]" = attrs.field(factory=Counter, init=False)  # of trials, by their purpose

    @hookimpl(wrapper=True)
    def on_start(self, run: ActiveRun) -> Generator[None, Any, Any]:
        """Prints what will happen and starts the bar, once every plugin has started: until then one may refuse."""
        from rich.console import Console

        self.run, self._last_line = run, time.monotonic()
        self._estimate = TimeEstimate(run.settings, self._last_line)
        self._console = Console(stderr=True, soft_wrap=True, highlight=False, markup=False)
        if self.shows_logs:
            show_logging(self._console)
        answers = yield
        self._console.print(escape_controls(what_will_happen(run)))
        if self._console.is_terminal:
            self._bar = progress_bar(self._console, "{task.fields[state]}")
            self._bar.add_task("trials", total=self._estimate.evaluations, state=self._state())
            self._bar.start()
        self._ticker = Ticker(self.tick, TICK)
        self._ticker.start()
        return answers

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        """Moves the bar; prints a failure, and any trial where there is no bar."""
        if trial.purpose == "known":
            return
        self.trials += 1
        self._counts[trial.purpose] += 1
        self._estimate.add(trial, time.monotonic(), run.replaying)
        self._best.add(run.goal, trial)
        if self._bar:
            self._bar.update(0, completed=self.trials, state=self._state())
        if trial.state == "failed":
            error = escape_controls(first_line(trial.error))
            self._print(f"{_kind(trial)} {trial.number} failed: {error}", style="yellow")
        elif not self._bar and not run.replaying and self._is_line_due(run):
            self._print(f"{self._label(run, trial)}: {_found(run, trial)}, {self._best.text(run.goal)}{self._left()}")

    @hookimpl
    def on_stop(self) -> None:
        """Ends the bar, also after an error or an interruption."""
        if self._ticker:
            self._ticker.stop()
        if self._bar:
            self._bar.stop()

    def tick(self) -> None:
        """Keeps the bar up to date; without one, prints how far the run is where no line was printed for a while."""
        if self._bar:
            self._bar.update(0, state=self._state())
        elif time.monotonic() - self._last_line >= SILENCE:
            self._print(f"{self._place()}, {self._state()}")

    def _print(self, line: str, style: str | None = None) -> None:
        self._last_line = time.monotonic()
        self._console.print(line, style=style)

    def _is_line_due(self, run: ActiveRun) -> bool:
        """Returns whether a trial gets a line: the first twenty and the last two do, others if the last is old."""
        recent = time.monotonic() - self._last_line < INTERVAL
        return not (self.trials > ALL_LINES and recent and run.remaining and self.trials <= (run.settings.budget or 0))

    def _label(self, run: ActiveRun, trial: Trial) -> str:
        """Returns what a trial is called in its line: `trial 3/40`, `confirm 2/12`, `final`."""
        if trial.purpose == "final":
            return "final"
        if trial.purpose == "confirm":
            return f"confirm {self._counts['confirm']}/{self._estimate.confirmations}"
        return f"trial {self._counts['search']}" + (f"/{run.settings.budget}" if run.settings.budget else "")

    def _place(self) -> str:
        """Returns how many trials of the present part of the run are done: `0/40`."""
        assert self.run is not None
        budget, confirmations = self.run.settings.budget, self._estimate.confirmations
        searched, confirmed = self._counts["search"], self._counts["confirm"]
        if searched == budget and confirmations > confirmed:
            return f"confirm {confirmed}/{confirmations}"
        if searched == budget:
            return "final"
        return f"{searched}/{budget}" if budget else str(searched)

    def _state(self) -> str:
        """Returns what goes on at this moment, since when, the best so far and the time left."""
        assert self.run is not None
        working = str(self.run.in_flight).removesuffix(", 0 waiting")
        working = "the strategy chooses" if working == "0 running" else working
        elapsed = "" if self._bar else f", {duration(time.monotonic() - self._estimate.started)}"
        best = f", {self._best.text(self.run.goal)}" if self.trials else ""
        return f"{working}{elapsed}{best}{self._left()}"

    def _left(self) -> str:
        seconds = self._estimate.seconds_left(time.monotonic())
        return "" if seconds is None or seconds < 0.5 else time_left(seconds)


def what_will_happen(run: ActiveRun) -> str:
    """Returns in one line what a run does, and that its time is going to be measured."""
    settings = run.settings
    networks = "networks without a bound" if settings.budget is None else f"{settings.budget} networks"
    at_once = f", {settings.workers} at a time" if settings.workers > 1 else ""
    count, repeats = settings.confirm or (0, 0)
    confirmed = f", then the best {count} trained {times(repeats)} more" if count else ""
    place = f", kept in {run.storage} as {run.name}" if run.storage else ""
    what = f"{settings.space} × {settings.strategy}: {networks}{at_once}{confirmed}, seed {run.seed}{place}"
    return what if settings.budget is None else f"{what}; the time is being measured by the first"


def progress_bar(console: "Console", details: str, disable: bool = False) -> "Progress":
    """Returns a bar with count and elapsed time, and `details` formatted with the fields of its task."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Progress(*columns, TextColumn(details), console=console, disable=disable)


def time_left(seconds: float) -> str:
    """Returns the rest of a line that says how long something will still take."""
    return f", about {duration(seconds)} left"


def duration(seconds: float) -> str:
    """Returns a time as people say it: `12 s`, `4 min`, `3.5 h`."""
    if seconds < 89.5:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def _kind(trial: Trial) -> str:
    return "trial" if trial.purpose == "search" else trial.purpose


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
