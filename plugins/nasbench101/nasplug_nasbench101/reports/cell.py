"""What every report tells of a cell."""

from typing import Any

import click

from nasplug import Architecture, InvalidArchitecture
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.lookup import row_of_code


def module_hash(text: str) -> str | None:
    """Returns a module hash in lower case; None for any other text."""
    low = text.lower()
    return low if len(low) == 32 and set(low) <= set("0123456789abcdef") else None


def row_of_text(text: str) -> int:
    """Returns the row in `all_codes()` of a code; raises `InvalidArchitecture` for what is none."""
    try:
        architecture = Architecture.parse(text, space="nasbench101")
    except ValueError as error:
        raise InvalidArchitecture(f"wanted a module hash of 32 hexadecimal digits or a code: {error}") from None
    return row_of_code(architecture.code)


def document(cell: Cell, module_hash: str, parameters: int) -> dict[str, Any]:
    """Returns a *pruned* cell for JSON."""
    return {
        "hash": module_hash,
        "code": list(cell.code),
        "matrix": [list(line) for line in cell.matrix],
        "operations": list(cell.names),
        "parameters": parameters,
    }


def show(found: dict[str, Any]) -> None:
    """Prints such a document."""
    click.echo(f"{found['hash']}  {found['parameters']:,} parameters")
    for line, name in zip(found["matrix"], found["operations"], strict=True):
        click.echo(f"  {' '.join(map(str, line))}  {name}")
    click.echo(f"  code {','.join(map(str, found['code']))}")
