"""Shows a comparison as it goes: a bar with the time left on a terminal, a line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs
import click

from nasplug.cli.streams import printable

if TYPE_CHECKING:
    from nasplug.experiments.comparison.comparison import Comparison

SECONDS = 10.0  # between two lines of a log


@attrs.define
class Repeats:
    """Counts the repeats of a comparison on standard error; what plugins say there is shown once.

    `done` counts those of earlier commands too.
    """

    comparison: "Comparison"
    done: int = 0
    _before: int = 0  # done by earlier commands
    _all: int = 0
    _shown: set[str] = attrs.field(factory=set)
    _started: float = attrs.field(factory=time.monotonic)
    _printed: float = 0.0
    _bar: Any = None

    def __enter__(self) -> Self:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

        self._all = self.comparison.count
        self.done = self._before = self._all - len(self.comparison.missing())
        console = Console(file=sys.stderr, soft_wrap=True)  # the stream itself: a repeat replaces sys.stderr
        columns = (TextColumn("repeats"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        self._bar = Progress(
            *columns, TextColumn("{task.fields[left]}"), console=console, disable=not console.is_terminal
        )
        self._bar.add_task("repeats", total=self._all, completed=self.done, left="")
        self._bar.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, _: BaseException | None, __: TracebackType | None) -> None:
        self._bar.stop()
        if kind is KeyboardInterrupt or (kind and self.done):
            kept = "1 repeat is" if self.done == 1 else f"{self.done} repeats are"
            click.echo(f"{kept} kept. The same command goes on where they end.", err=True)

    def tell(self, said: list[str]) -> None:
        """Called after each repeat with what the plugins said."""
        self.done += 1
        for line in said:
            if line not in self._shown:
                self._shown.add(line)
                click.echo(printable(line), err=True)
        self._bar.update(0, completed=self.done, left=self._left())
        now = time.monotonic()
        if self._bar.disable and (now - self._printed > SECONDS or self.done == self._all):
            self._printed = now
            click.echo(f"repeat {self.done}/{self._all}{self._left()}", err=True)

    def _left(self) -> str:
        seconds = (time.monotonic() - self._started) / (self.done - self._before) * (self._all - self.done)
        return f", about {seconds:.0f} s left" if seconds < 90 else f", about {seconds / 60:.0f} min left"
