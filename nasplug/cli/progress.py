"""Shows the progress of a comparison on standard error: a bar on a terminal, now and then a line elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

import attrs
import click

from nasplug.engine.progress import progress_bar, time_left
from nasplug.loading.streams import escape_controls

if TYPE_CHECKING:
    from nasplug.experiments.comparison.comparison import Comparison
    from nasplug.experiments.comparison.failures import Failure

INTERVAL = 10.0  # seconds after the last line, when a repeat gets one


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
        if self._bar.disable and (now - self._last_line > INTERVAL or not to_do):
            self._last_line = now
            click.echo(f"repeat {self.done}/{self._count}{left}", err=True)
