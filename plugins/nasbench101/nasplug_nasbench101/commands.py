"""`nasplug nasbench101 …`: import the dataset, and look into it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nasplug import Architecture
from nasplug.errors import InvalidArchitecture
from nasplug_nasbench101 import surrogate_commands
from nasplug_nasbench101.lookup import hash_of_code, row_of_code
from nasplug_nasbench101.table.columns import POINTS, VALUES
from nasplug_nasbench101.table.folder import default_folder, find
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import TEST, VALIDATION, Table

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
table_option = click.option(
    "--table", "folder", type=click.Path(path_type=Path), help="Folder of the imported table. [where import puts it]"
)


@click.group()
def nasbench101() -> None:
    """The NASBench-101 dataset: import it once, then ask it for cells."""


@nasbench101.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder of the table. [in the cache folder]")
@as_json
def import_command(file: Path, out: Path | None, as_json: bool) -> None:
    """Make the table from FILE: nasbench_only108.tfrecord or nasbench_full.tfrecord, plain or gzip."""
    folder = out or default_folder()
    manifest = import_file(file, folder, _progress)
    _print({"table": str(folder)} | _summary(manifest), as_json)


@nasbench101.command()
@table_option
@as_json
def info(folder: Path | None, as_json: bool) -> None:
    """Which dataset is imported, and where it is; without one, how good the surrogate is."""
    table = _open(folder)
    if table is None:
        _print_json_or(surrogate_commands.show_summary, surrogate_commands.summary(), as_json)
    else:
        _print({"table": str(table.path)} | _summary(table.manifest), as_json)


@nasbench101.command()
@click.argument("cell")
@table_option
@as_json
def query(cell: str, folder: Path | None, as_json: bool) -> None:
    """Show CELL, a module hash or an architecture's code: its graph, its trainings, its rank.

    Without the dataset: what the surrogate predicts.
    """
    table = _open(folder)
    if table is None:
        _print_json_or(_show_predicted, surrogate_commands.document(_row(cell)), as_json)
    else:
        _print_json_or(_show, _document(table, table.row_of(_hash(cell))), as_json)


def _open(folder: Path | None) -> Table | None:
    found = find(folder)
    return Table.open(found) if found else None


def _print_json_or(show: Callable[[dict[str, Any]], None], document: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document))
    else:
        show(document)


def _is_hash(text: str) -> bool:
    return len(text) == 32 and set(text) <= set("0123456789abcdef")


def _row(text: str) -> int:
    """Returns the row in `all_codes()` of a module hash or a code."""
    return surrogate_commands.row_of_hash(text) if _is_hash(text) else row_of_code(_parsed(text).code)


def _hash(text: str) -> str:
    """Returns the module hash given as such or as an architecture's code; raises `InvalidArchitecture` otherwise."""
    return text if _is_hash(text) else hash_of_code(_parsed(text).code)


def _parsed(text: str) -> Architecture:
    try:
        return Architecture.parse(text, space="nasbench101")
    except ValueError as error:
        raise InvalidArchitecture(f"wanted a module hash of 32 hexadecimal digits or a code: {error}") from None


def _progress(read: int, records: int) -> None:
    click.echo(f"{records:,} records, {read / 1e6:.0f} MB", err=True)


def _summary(manifest: dict[str, Any]) -> dict[str, Any]:
    source = manifest["source"]
    return {
        "cells": manifest["cells"],
        "epochs": manifest["epochs"],
        "file": source["file"],
        "records": source["records"],
        "sha256": source["sha256"],
        "published": source["published"],
    }


def _print(summary: dict[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(summary))
        return
    known = summary["published"]
    click.echo(f"{summary['table']}: {summary['cells']:,} of 423,624 cells, epochs {summary['epochs']}")
    click.echo(f"from {summary['file']}, {summary['records']:,} records, SHA-256 {summary['sha256']}")
    click.echo(f"this is the published {known}" if known else "this is none of the two published files")


def _show_predicted(document: dict[str, Any]) -> None:
    _show_cell(document)
    surrogate_commands.show(document)


def _document(table: Table, row: int) -> dict[str, Any]:
    cell = table.cell_at(row)
    return {
        "hash": table.hash_at(row),
        "code": list(cell.code),
        "matrix": [list(line) for line in cell.matrix],
        "operations": list(cell.names),
        "parameters": int(table.parameters[row]),
        "trainings": {epochs: _trainings(table, row, epochs) for epochs in table.epochs},
        "rank": {epochs: _ranks(table, row, epochs) for epochs in table.epochs},
        "cells": len(table),
    }


def _trainings(table: Table, row: int, epochs: int) -> list[dict[str, dict[str, float]]]:
    return [
        {point: table.training(row, epochs, repeat, place)._asdict() for place, point in enumerate(POINTS)}
        for repeat in range(3)
    ]


def _ranks(table: Table, row: int, epochs: int) -> dict[str, int]:
    return {"validation": table.rank(row, epochs, VALIDATION), "test": table.rank(row, epochs, TEST)}


def _show_cell(document: dict[str, Any]) -> None:
    click.echo(f"{document['hash']}  {document['parameters']:,} parameters")
    for line, name in zip(document["matrix"], document["operations"], strict=True):
        click.echo(f"  {' '.join(map(str, line))}  {name}")
    click.echo(f"  code {','.join(map(str, document['code']))}")


def _show(document: dict[str, Any]) -> None:
    _show_cell(document)
    click.echo(f"{'epochs':>6} {'repeat':>6} {'at':>8}" + "".join(f"{value:>21}" for value in VALUES))
    for epochs, trainings in document["trainings"].items():
        for repeat, training in enumerate(trainings):
            for point, values in training.items():
                figures = "".join(f"{values[value]:>21.4f}" for value in VALUES)
                click.echo(f"{epochs:>6} {repeat:>6} {point:>8}{figures}")
        rank = document["rank"][epochs]
        click.echo(
            f"{epochs:>6} epochs: rank {rank['validation']:,} by mean validation and {rank['test']:,} by mean test "
            f"accuracy, of {document['cells']:,}"
        )
