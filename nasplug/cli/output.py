"""What commands write: one JSON document or table on standard output, and everything else on standard error."""

import gc
import io
import json
import math
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Literal, NoReturn

import click

from nasplug.analysis.labels import axis, best_lines, reported_name, with_unit
from nasplug.analysis.rendering import to_json_values
from nasplug.errors import StorageError
from nasplug.loading.streams import escape_controls
from nasplug.types import Objective

if TYPE_CHECKING:
    from rich.table import Table

    from nasplug.engine.objectives import Goal
    from nasplug.engine.result import Best

MIN_WRAPPED = 24  # characters that the widest column of a table keeps on a narrow terminal


def emit(text: str) -> None:
    """Prints a text on standard output; ends the program where nobody reads on, as in `| head`.

    Raises `StorageError` where standard output cannot be written, on a full disk for instance.
    """
    try:
        click.echo(text, color=True)  # unchanged: click would strip from data what looks like a colour
    except BrokenPipeError:
        exit_now(0)
    except OSError as error:
        raise StorageError(f"Standard output cannot be written: {error.strerror}.") from error


def exit_now(code: int) -> NoReturn:
    """Ends the program at once, where `sys.exit` would wait for a thread in the middle of a training.

    Collects garbage first, or Python warns about semaphores of process pools.
    """
    gc.collect()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, AttributeError):  # nobody reads on, or the stream was closed from the start
            stream.flush()
    os._exit(code)


@contextmanager
def stdout_to_stderr() -> Iterator[None]:
    """Holds standard output redirected to standard error, also for worker processes and C libraries.

    Around a search: standard output then has the result alone, whatever a training prints.
    """
    sys.stdout.flush()
    stdout = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(stdout, 1)
        os.close(stdout)


def print_json(document: Any) -> None:
    """Prints one JSON document in ASCII, for any locale; NaN and infinity become null."""
    emit(json.dumps(to_json_values(document), indent=2, default=str))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints a table; numbers are aligned right, None is left empty.

    A row is one line where standard output is no terminal, so that other programs can read it; on a narrow terminal the
    widest column is wrapped. There is no line for an empty `title`, and none for `columns` whose names are all empty.
    """
    from rich.console import Console
    from rich.text import Text

    lines = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *lines, strict=True)]
    full_width = sum(widths) + 2 * len(widths)
    min_width = full_width - max(widths) + min(max(widths), MIN_WRAPPED)
    buffer, terminal = io.StringIO(), Console()
    width = max(terminal.width, min_width) if terminal.is_terminal else full_width
    console = Console(file=buffer, force_terminal=terminal.is_terminal, width=width)
    if title:
        console.print(Text(title, style="bold"), soft_wrap=True)
    console.print(_table(columns, lines, widths.index(max(widths))))
    emit("\n".join(line.rstrip() for line in buffer.getvalue().splitlines()))


def _table(columns: Sequence[str], lines: list[list[str]], wrapped: int) -> "Table":
    """Returns a table of texts, in which the column number `wrapped` alone may take several lines a row."""
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="dim", show_header=any(columns))
    for index, column in enumerate(columns):
        numeric = bool(lines) and all(_is_number(line[index]) for line in lines)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=index != wrapped)
    for line in lines:
        table.add_row(*map(Text, line))
    return table


def rounded(value: Any, objective: Objective | None = None) -> Any:
    """Returns a float as text with two decimals, or as the objective's values are shown.

    NaN becomes None, and any other value stays as it is.
    """
    if not isinstance(value, float):
        return value
    if math.isnan(value):
        return None
    return objective.number(value) if objective else f"{value:,.2f}"


def best_rows(best: "Best", describe: str | None = None) -> list[tuple[str, Any]]:
    """Returns names and values of the best architecture; `describe` is what the space says of it, if that is known."""
    rows: list[tuple[str, Any]] = [("architecture", best.architecture)]
    if describe and describe != str(best.architecture):
        rows.append(("described", describe))
    rows += best_lines(best)
    return rows + [(name.replace("_", " "), value) for name, value in best.metrics.items()]


def print_front(front: Sequence[Mapping[str, Any]], goal: "Goal", hypervolume: str = "") -> None:
    """Prints the rows of `front_rows` as a table with a column for each objective, after an empty line; or nothing."""
    if not front:
        return
    objectives, main = goal.objectives, goal.objective
    reported = reported_name(main, [row["source"] for row in front])
    columns = [*map(axis, objectives), with_unit(reported, main), "architecture", "trial"]
    lines = []
    for row in front:
        values = [rounded(row["objectives"][objective.name], objective) for objective in objectives]
        lines.append((*values, rounded(row["test"], main), row["architecture"], row["trial"]))
    click.echo()
    names = " and ".join(with_unit(objective.plain_name, objective) for objective in objectives)
    print_table(f"Front of {names}{hypervolume}", columns, lines)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) >= 1000 else f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return escape_controls(" ".join(str(value).splitlines()))


def _is_number(text: str) -> bool:
    return not text or text.replace(",", "").replace(".", "", 1).removeprefix("-").isdigit()
