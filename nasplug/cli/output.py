"""How commands print: one JSON document on standard output, or a table for people."""

import io
import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Literal

import click

from nasplug.analysis.reported import reported_name
from nasplug.cli.leaving import leave
from nasplug.cli.streams import printable
from nasplug.errors import StorageError

WRAPPED = 24  # columns that the widest column of a table keeps on a narrow terminal


def emit(text: str) -> None:
    """Prints on standard output; ends the command where nobody reads on (`| head`).

    Raises `StorageError` where it cannot be written, on a full disk for instance.
    """
    try:
        click.echo(text, color=True)  # as it is: click would take what looks like a colour out of data
    except BrokenPipeError:
        leave(0)
    except OSError as error:
        raise StorageError(f"Standard output cannot be written: {error.strerror}.") from error


def print_json(document: Any) -> None:
    """Prints one JSON document, in ASCII for any locale; what JSON has no value for (NaN, infinity) becomes null."""
    emit(json.dumps(plain(document), indent=2, default=str))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints a table on standard output; numbers are aligned right, None is left empty.

    A row is one line where the output is no terminal, so that other programs can read it; on a narrow terminal the
    widest column is wrapped.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = [[_cell(value) for value in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(columns, *lines, strict=True)]
    widest = widths.index(max(widths))
    table = Table(box=None, pad_edge=False, header_style="dim", show_header=any(columns))
    for index, column in enumerate(columns):
        numeric = bool(lines) and all(_is_number(line[index]) for line in lines)
        justify: Literal["left", "right"] = "right" if numeric else "left"
        table.add_column(column, justify=justify, overflow="fold", no_wrap=index != widest)
    for line in lines:
        table.add_row(*map(Text, line))
    printed, terminal = io.StringIO(), Console()
    natural = sum(widths) + 2 * len(widths)
    least = natural - max(widths) + min(max(widths), WRAPPED)
    width = max(terminal.width, least) if terminal.is_terminal else natural
    console = Console(file=printed, force_terminal=terminal.is_terminal, width=width)
    if title:
        console.print(Text(title, style="bold"), soft_wrap=True)
    console.print(table)
    emit("\n".join(line.rstrip() for line in printed.getvalue().splitlines()))


def best_rows(best: Any, describe: str | None = None) -> list[tuple[str, Any]]:
    """Returns the lines that the closing table and `nasplug best` show of a `Best`."""
    rows: list[tuple[str, Any]] = [("architecture", best.architecture)]
    if describe and describe != str(best.architecture):
        rows.append(("described", describe))
    rows.append(("validation accuracy", f"{best.validation:.2f} %"))
    rows.append((reported_name([best.source]), "not evaluated" if best.test is None else f"{best.test:.2f} %"))
    if best.latency is not None:
        rows.append(("latency", f"{best.latency:.2f} ms"))
    rows += [(name.replace("_", " "), _cell(value)) for name, value in best.metrics.items()]
    return rows


def print_best(title: str, rows: Iterable[tuple[str, Any]]) -> None:
    """Prints name and value a line."""
    print_table(title, ("", ""), rows)


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:,.0f}" if value.is_integer() and abs(value) >= 1000 else f"{value:.6g}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}"
    return printable(" ".join(str(value).splitlines()))


def _is_number(text: str) -> bool:
    return not text or text.replace(",", "").replace(".", "", 1).removeprefix("-").isdigit()


def plain(value: Any) -> Any:
    """Returns a document as JSON has it: what it has no value for (NaN, infinity) is None."""
    if isinstance(value, Mapping):
        return {str(key): plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
