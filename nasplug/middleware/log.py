"""Writes one line of JSON a trial, for people and programs that follow a run from outside."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar, TextIO

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
        self._write({"event": "start", "run": run.name} | run.settings.identity())

    @hookimpl
    def on_trial(self, run: ActiveRun, trial: Trial) -> None:
        if not run.replaying:
            self._write({"event": "trial", "run": run.name} | next(iter(rows([trial]))))

    @hookimpl
    def on_stop(self, run: ActiveRun, reason: str) -> None:
        self._write({"event": "stop", "run": run.name, "reason": reason})

    def _write(self, event: dict[str, object]) -> None:
        with self._stream() as stream:
            stream.write(json.dumps(event) + "\n")  # ASCII: no text of a plugin can steer a terminal

    @contextmanager
    def _stream(self) -> Iterator[TextIO]:
        if self.path is None:
            yield sys.stderr
            return
        try:
            with self.path.open("a", encoding="utf-8") as stream:
                yield stream
        except OSError as error:
            raise ConfigurationError(
                f"The log {self.path} cannot be written: {error.strerror}. Name another path."
            ) from error
