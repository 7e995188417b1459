"""`nasplug nasbench101 …`: import the dataset, and look into it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from nasplug_nasbench101.reports.surrogate import SurrogateReport
from nasplug_nasbench101.reports.table import TableReport
from nasplug_nasbench101.table.folder import default_folder, find
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import Table

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
    folder = (out or default_folder()).absolute()
    import_file(file, folder)
    report = TableReport(Table.open(folder))
    _print(report.info(), report.show_info, as_json)


@nasbench101.command()
@table_option
@as_json
def info(folder: Path | None, as_json: bool) -> None:
    """Which dataset is imported, and where it is; without one, how good the surrogate is."""
    report = _report(folder)
    _print(report.info(), report.show_info, as_json)


@nasbench101.command()
@click.argument("cell")
@table_option
@as_json
def query(cell: str, folder: Path | None, as_json: bool) -> None:
    """Show CELL, a module hash or an architecture's code: its graph, its trainings, its rank.

    Without the dataset: what the surrogate predicts.
    """
    report = _report(folder)
    _print(report.query(cell), report.show_query, as_json)


def _report(folder: Path | None) -> TableReport | SurrogateReport:
    found = find(folder)
    return TableReport(Table.open(found)) if found else SurrogateReport()


def _print(document: dict[str, Any], show: Callable[[dict[str, Any]], None], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(document))
    else:
        show(document)
