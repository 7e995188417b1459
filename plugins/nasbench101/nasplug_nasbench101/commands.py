"""`nasplug nasbench101 …`: imports the dataset and looks cells up."""

from pathlib import Path

import click

from nasplug.plugin import ExpandedPath, print_json
from nasplug_nasbench101.reports import SurrogateReport, TableReport
from nasplug_nasbench101.table.folder import default_folder, find_table
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import Table

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
table_option = click.option(
    "--table",
    "folder",
    type=ExpandedPath(path_type=Path),
    help="Folder of the table. [default: the one that import uses]",
)


@click.group(short_help="Import NASBench-101 and look cells up.")
def nasbench101() -> None:
    """Commands for the NASBench-101 dataset: import it once, then look cells up."""


@nasbench101.command("import", short_help="Make the table from a published file.")
@click.argument("file", type=ExpandedPath(path_type=Path))
@click.option("--out", type=ExpandedPath(path_type=Path), help="Folder of the table. [default: in the cache folder]")
@as_json
def import_command(file: Path, out: Path | None, as_json: bool) -> None:
    """Make the table from FILE: nasbench_only108.tfrecord or nasbench_full.tfrecord, plain or gzip."""
    folder = (out or default_folder()).absolute()
    import_file(file, folder)
    _print_info(folder, as_json)


@nasbench101.command(short_help="Show what is imported.")
@table_option
@as_json
def info(folder: Path | None, as_json: bool) -> None:
    """Show which dataset is imported, and where it is; without one, show how good the surrogate is."""
    _print_info(folder, as_json)


@nasbench101.command(short_help="Show what is known about a cell.")
@click.argument("cell")
@table_option
@as_json
def query(cell: str, folder: Path | None, as_json: bool) -> None:
    """Show the graph, the trainings and the rank of CELL, a module hash or an architecture's code.

    If the dataset was not imported, show what the surrogate predicts.
    """
    report = _report(folder)
    document = report.query(cell)
    print_json(document) if as_json else report.show_query(document)


def _report(folder: Path | None) -> TableReport | SurrogateReport:
    table = find_table(folder)
    return TableReport(Table.open(table)) if table else SurrogateReport()


def _print_info(folder: Path | None, as_json: bool) -> None:
    report = _report(folder)
    document = report.info()
    print_json(document) if as_json else report.show_info(document)
