"""What the imported dataset tells."""

from typing import Any

import attrs
import click

from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.lookup import hash_of_row
from nasplug_nasbench101.reports import cell
from nasplug_nasbench101.table.columns import POINTS, REPEATS, VALUES
from nasplug_nasbench101.table.table import TEST, VALIDATION, Table


@attrs.frozen
class TableReport:
    """Which file the table was made of; all trainings of a cell."""

    table: Table

    def info(self) -> dict[str, Any]:
        """Returns where the table is, and what of."""
        manifest = self.table.manifest
        made_of = {key: manifest["source"][key] for key in ("file", "records", "sha256", "published")}
        where = {"source": "table", "table": str(self.table.path)}
        return where | {"cells": manifest["cells"], "epochs": manifest["epochs"]} | made_of

    def show_info(self, found: dict[str, Any]) -> None:
        """Prints what `info` returns."""
        known = found["published"]
        click.echo(f"{found['table']}: {found['cells']:,} of {CELLS:,} cells, epochs {found['epochs']}")
        click.echo(f"from {found['file']}, {found['records']:,} records, SHA-256 {found['sha256']}")
        click.echo(f"this is the published {known}" if known else "this is none of the two published files")

    def query(self, text: str) -> dict[str, Any]:
        """Returns a cell, given by hash or code, with its trainings and ranks; accuracies are fractions."""
        table = self.table
        row = table.row_of(cell.module_hash(text) or hash_of_row(cell.row_of_text(text)))
        return cell.document(table.cell_at(row), table.hash_at(row), int(table.parameters[row])) | {
            "source": "table",
            "trainings": {epochs: self._trainings(row, epochs) for epochs in table.epochs},
            "rank": {epochs: self._ranks(row, epochs) for epochs in table.epochs},
            "cells": len(table),
        }

    def _trainings(self, row: int, epochs: int) -> list[dict[str, dict[str, float]]]:
        return [
            {point: self.table.training(row, epochs, repeat, place)._asdict() for place, point in enumerate(POINTS)}
            for repeat in range(REPEATS)
        ]

    def _ranks(self, row: int, epochs: int) -> dict[str, int]:
        return {
            name: self.table.rank(row, epochs, value) for name, value in (("validation", VALIDATION), ("test", TEST))
        }

    def show_query(self, found: dict[str, Any]) -> None:
        """Prints what `query` returns."""
        cell.show(found)
        click.echo(f"{'epochs':>6} {'repeat':>6} {'at':>8}" + "".join(f"{value:>21}" for value in VALUES))
        for epochs, trainings in found["trainings"].items():
            for repeat, training in enumerate(trainings):
                for point, values in training.items():
                    figures = "".join(f"{values[value]:>21.4f}" for value in VALUES)
                    click.echo(f"{epochs:>6} {repeat:>6} {point:>8}{figures}")
            rank = found["rank"][epochs]
            click.echo(
                f"{epochs:>6} epochs: rank {rank['validation']:,} by mean validation and {rank['test']:,} by mean test "
                f"accuracy, of {found['cells']:,}"
            )
