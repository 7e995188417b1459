"""Writes one line of JSON a trial, for people and programs that follow a run from outside."""

import json
import sys
from contextlib import nullcontext
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

    path: Path | None = option(None, "the file to append to; standard error if none is named")

    @hookimpl
    def on_start(self, run: ActiveRun) -> None:
        """Writes the run's settings."""
        settings = run.settings
        self._write({"event": "start", "run": run.name, "budget": settings.budget} | settings.identity())

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        """Writes a trial, unless it was stored by the run that is resumed."""
        if not run.replaying:
            self._write({"event": "trial", "run": run.name} | next(iter(rows([trial]))))

    @hookimpl
    def on_stop(self, run: ActiveRun, reason: str) -> None:
        """Writes why the run ends."""
        self._write({"event": "stop", "run": run.name, "reason": reason})

    def _write(self, event: dict[str, object]) -> None:
        line = json.dumps(event) + "\n"  # ASCII, so that no text of a plugin can control a terminal
        try:
            with self.path.open("a", encoding="utf-8") if self.path else nullcontext(sys.stderr) as stream:
                stream.write(line)
        except OSError as error:
            raise ConfigurationError(
                f"The log {self.path} cannot be written: {error.strerror}. Name another path."
            ) from error
