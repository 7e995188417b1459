"""Shows a run as it goes: a bar with the time left on a terminal, one line a trial elsewhere. All on standard error."""

import logging
import time
from math import ceil
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.cli.streams import printable
from nasplug.engine.result import incumbent
from nasplug.engine.run import ActiveRun
from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture, Trial

if TYPE_CHECKING:
    from rich.console import Console


@attrs.define(eq=False)
class Progress:
    """An observer of one run. `run` is None until the run starts; `told` counts the trials seen."""

    run: ActiveRun | None = None
    told: int = 0
    _console: Any = None
    _bar: Any = None
    _task: Any = None
    _started: float = 0.0
    _fresh: int = 0
    _printed: float = 0.0
    _best: Trial | None = None
    _failed: int = 0

    @hookimpl
    def on_start(self, run: ActiveRun) -> None:
        self.run, self._started = run, time.monotonic()
        console = self._console = _stderr()
        _show_logging(console)
        budget = "no budget of trials" if run.budget is None else f"{run.budget} trials"
        place = f", kept in {run.storage} as {run.name}" if run.storage else ""
        what = f"{run.settings.space} × {run.settings.strategy}: seed {run.seed}, {budget}{place}"
        console.print(printable(what), highlight=False, markup=False)
        if console.is_terminal:
            self._bar = _bar(console)
            self._task = self._bar.add_task("trials", total=run.budget and run.budget + 1, best="", left="")
            self._bar.start()

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        self.told += 1
        self._fresh += not run.replaying
        best = self._best = incumbent([trial, *([self._best] if self._best else [])])
        best_text = f"best {best.accuracy:.2f} %" if best else "none complete yet"
        self._failed += trial.state == "failed"
        left = self._time_left(run)
        if self._bar:
            self._bar.update(self._task, completed=self.told, best=best_text, left=f"{left}{self._doing(run)}")
        if trial.state == "failed":
            self._console.print(
                f"trial {trial.number} failed: {printable(trial.error or '')}",
                style="yellow",
                highlight=False,
                markup=False,
            )
        elif not self._bar and not run.replaying and self._due(run):
            place = f"{trial.number + 1}/{run.budget}" if run.budget else str(trial.number + 1)
            label = f"trial {place}" if trial.purpose == "search" else "final"
            doing = self._doing(run)
            self._console.print(
                f"{label}: {trial.accuracy:.2f} %, {best_text}{left}{doing}", highlight=False, markup=False
            )

    @hookimpl
    def on_stop(self) -> None:
        self.close()

    def close(self) -> None:
        """Ends the bar; called at the end of a run, whatever the end."""
        if self._bar:
            self._bar.stop()

    def describe(self, architecture: Architecture) -> str:
        """Returns what the space says of an architecture, in one line."""
        assert self.run is not None
        return str(self.run.hook.describe(architecture=architecture))

    def _due(self, run: ActiveRun) -> bool:
        """Keeps a log readable: after 20 trials four lines a second at most, but always the last two."""
        now = time.monotonic()
        if self.told > 20 and now - self._printed < 0.25 and run.remaining and self.told <= (run.budget or 0):
            return False
        self._printed = now
        return True

    def _doing(self, run: ActiveRun) -> str:
        """Says what several workers do; one is always busy."""
        return f" ({run.in_flight}, {self._failed} failed)" if run.settings.workers > 1 else ""

    def _time_left(self, run: ActiveRun) -> str:
        """Estimates from the rounds of all workers so far those still to come, the final evaluation as one more."""
        if not self._fresh or not run.budget or self.told > run.budget:
            return ""
        workers = run.settings.workers
        round_seconds = (time.monotonic() - self._started) / ceil(self._fresh / workers)
        rounds = ceil(run.budget / workers) - ceil(self.told / workers) + 1
        return f", about {_words(round_seconds * rounds)} left"


def _stderr() -> "Console":
    from rich.console import Console

    return Console(stderr=True, soft_wrap=True)


def _bar(console: "Console") -> Any:
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    return Bar(*columns, TextColumn("{task.fields[best]}{task.fields[left]}"), console=console)


def _show_logging(console: "Console") -> None:
    """Lets what plugins log under `nasplug` at INFO appear above the bar."""
    from rich.logging import RichHandler

    logger = logging.getLogger("nasplug")
    logger.setLevel(logging.INFO)
    logger.handlers = [RichHandler(console=console, show_time=False, show_level=False, show_path=False)]


def _words(seconds: float) -> str:
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"
