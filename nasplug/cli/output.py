"""How commands print: one JSON document on standard output, or a table for people."""

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from nasplug.analysis.reported import reported_name


def print_json(document: Any) -> None:
    """Prints one JSON document; what JSON has no value for (NaN, infinity) becomes null."""
    click.echo(json.dumps(_plain(document), indent=2, ensure_ascii=False, default=str))


def print_table(title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Prints a table on standard output; numbers are aligned right, None is left empty."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    lines = [[_cell(value) for value in row] for row in rows]
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False, header_style="dim")
    table.show_header = any(columns)
    for index, column in enumerate(columns):
        numeric = bool(lines) and all(_is_number(line[index]) for line in lines)
        table.add_column(column, justify="right" if numeric else "left", overflow="fold")
    for line in lines:
        table.add_row(*map(Text, line))
    console = Console(soft_wrap=False)
    console.width = max(console.width, 100) if not console.is_terminal else console.width
    console.print(table)


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
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)


def _is_number(text: str) -> bool:
    return not text or text.replace(",", "").replace(".", "", 1).removeprefix("-").isdigit()


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
