"""Writes one line of JSON a trial, for people and programs that follow a run from outside."""

import json
import sys
from collections.abc import Iterable, Iterator
from contextlib import nullcontext, suppress
from pathlib import Path
from typing import ClassVar

import attrs

from nasplug.engine.result import rows
from nasplug.engine.run import ActiveRun
from nasplug.errors import ConfigurationError
from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.types import Trial


@attrs.define(eq=False)
class Log:
    """Appends trials to a file, or to standard error; those of a resumed run are not written twice."""

    watches: ClassVar[bool] = True

    path: Path | None = option(None, "the file to append to; standard error if none is named", identity=False)
    _written: set[int] = attrs.field(factory=set, init=False)  # trials of this run that the file has already

    @hookimpl
    def on_start(self, run: ActiveRun) -> None:
        """Reads which trials of the run the file has, and writes the run's settings."""
        self._written = self._trials_of(run.name)
        event = {"event": "start", "run": run.name, "budget": run.settings.budget}
        self._write(event | run.settings.identity())

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        """Writes a trial, unless the file has it. One that was stored right before an interruption may be missing."""
        if not run.replaying or (self.path and trial.number not in self._written):
            event = {"event": "trial", "run": run.name}
            self._write(event | next(iter(rows([trial], taken=tuple(event)))))

    @hookimpl
    def on_stop(self, run: ActiveRun, reason: str) -> None:
        """Writes why the run ends."""
        self._write({"event": "stop", "run": run.name, "reason": reason})

    def _trials_of(self, run: str) -> set[int]:
        """Returns the numbers of a run's trials in the file."""
        with suppress(OSError):  # there is no file yet
            return set(_trial_numbers(self.path.read_text("utf-8").splitlines() if self.path else (), run))
        return set()

    def _write(self, event: dict[str, object]) -> None:
        line = json.dumps(event) + "\n"  # ASCII, so that no text of a plugin can control a terminal
        try:
            with self.path.open("a", encoding="utf-8") if self.path else nullcontext(sys.stderr) as stream:
                stream.write(line)
        except OSError as error:
            raise ConfigurationError(
                f"The log {self.path} cannot be written: {error.strerror}. Name another path."
            ) from error


def _trial_numbers(lines: Iterable[str], run: str) -> Iterator[int]:
    """Yields the number of each trial of a run in the lines of a log; a line may be cut off."""
    for line in lines:
        with suppress(ValueError):
            event = json.loads(line)
            if event.get("event") == "trial" and event.get("run") == run:
                yield event["number"]
