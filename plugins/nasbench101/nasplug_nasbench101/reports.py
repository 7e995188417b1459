"""The answers of `nasplug nasbench101 info` and `query`: from the imported table, or from the embedded surrogate.

Each method returns the document for `--json`, and has a `show_…` that prints such a document as text.
"""

from typing import Any

import attrs
import click
import numpy as np

from nasplug import Architecture, InvalidArchitecture
from nasplug.plugin import print_table
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import dataset_parameters
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.lookup import all_hashes, hash_of_row, lookup, row_of_code
from nasplug_nasbench101.surrogate import load_surrogate
from nasplug_nasbench101.table.columns import POINTS, REPEATS, VALUES
from nasplug_nasbench101.table.table import TEST, VALIDATION, NotInTable, Table

Document = dict[str, Any]
FIGURES = {  # how good the surrogate is: the keys of its manifest, and what people read
    "tau": "Kendall's τ of all records",
    "tau_above_91": "Kendall's τ of records above 91 % accuracy",
    "r2_above_85": "R² of records above 85 % accuracy",
    "rmse_above_85": "RMSE of records above 85 % accuracy, in percent",
}


@attrs.frozen
class TableReport:
    """Answers from the imported table; accuracies are fractions, as in the dataset."""

    table: Table

    def info(self) -> Document:
        """Returns where the table is and what is in it."""
        manifest = self.table.manifest
        file = {key: manifest["source"][key] for key in ("file", "records", "sha256", "published")}
        content = {"cells": manifest["cells"], "epochs": manifest["epochs"]}
        return {"source": "table", "table": str(self.table.path)} | content | file

    def show_info(self, document: Document) -> None:
        """Prints the document of `info`."""
        name = document["published"]
        epochs = ", ".join(map(str, document["epochs"]))
        click.echo(f"{document['table']}: {document['cells']:,} of {CELLS:,} cells, trained for {epochs} epochs.")
        click.echo(f"Made from {document['file']}, {document['records']:,} records, SHA-256 {document['sha256']}.")
        click.echo(f"This is the published {name}." if name else "This is none of the two published files.")

    def query(self, text: str) -> Document:
        """Returns a cell, given by hash or code, with its trainings and ranks."""
        table = self.table
        row = table.row_of(_module_hash(text) or hash_of_row(_row_of_code(text)))
        return _cell_document(table.cell_at(row), table.hash_at(row), int(table.parameters[row])) | {
            "source": "table",
            "trainings": {epochs: self._trainings(row, epochs) for epochs in table.epochs},
            "rank": {epochs: self._ranks(row, epochs) for epochs in table.epochs},
            "cells": len(table),
        }

    def _trainings(self, row: int, epochs: int) -> list[dict[str, dict[str, float]]]:
        return [
            {name: self.table.training(row, epochs, repeat, point)._asdict() for point, name in enumerate(POINTS)}
            for repeat in range(REPEATS)
        ]

    def _ranks(self, row: int, epochs: int) -> dict[str, int]:
        return {name: self.table.rank(row, epochs, v) for name, v in (("validation", VALIDATION), ("test", TEST))}

    def show_query(self, document: Document) -> None:
        """Prints the document of `query`."""
        _show_cell(document)
        rows = [
            (epochs, repeat, point, *measured.values())
            for epochs, trainings in document["trainings"].items()
            for repeat, training in enumerate(trainings)
            for point, measured in training.items()
        ]
        print_table("", ("epochs", "repeat", "at", *VALUES), rows)
        for epochs, rank in document["rank"].items():
            click.echo(
                f"{epochs} epochs: rank {rank['validation']:,} by mean validation and {rank['test']:,} by mean test "
                f"accuracy, of {document['cells']:,}"
            )


class SurrogateReport:
    """Answers from the embedded surrogate, for users who did not import the dataset."""

    def info(self) -> Document:
        """Returns how good the surrogate was on records held out from its fit."""
        manifest = load_surrogate().manifest
        return {"source": "surrogate", "table": None, "made_of": manifest["source"], "held_out": manifest["held_out"]}

    def show_info(self, document: Document) -> None:
        """Prints the document of `info`."""
        figures = document["held_out"]["108"]
        click.echo("The dataset was not imported: the embedded surrogate predicts the accuracies.")
        click.echo(f"It was fitted to {document['made_of']}.")
        click.echo("On records that it was not fitted to, after 108 epochs:")
        for name, label in FIGURES.items():
            click.echo(f"  {label}: {figures[name]['mean']:.3f} ± {figures[name]['sd']:.3f}")

    def query(self, text: str) -> Document:
        """Returns the predictions for a cell, given by hash or code; accuracies are fractions, as in the dataset."""
        surrogate, module_hash = load_surrogate(), _module_hash(text)
        row = _row_of_hash(module_hash) if module_hash else _row_of_code(text)
        cell = Cell.from_code(lookup().codes[row].tolist()).prune()
        return _cell_document(cell, hash_of_row(row), int(dataset_parameters()[row])) | {
            "source": "surrogate",
            "predicted": {
                epochs: {
                    "validation_accuracy": surrogate.predicted(row, epochs) / 100.0,
                    "training_time": surrogate.seconds(row, epochs),
                    "rank": surrogate.rank(row, epochs),
                }
                for epochs in surrogate.epochs
            },
            "cells": CELLS,
        }

    def show_query(self, document: Document) -> None:
        """Prints the document of `query`."""
        _show_cell(document)
        click.echo("Predicted by the embedded surrogate, not measured: the dataset was not imported.")
        columns = ("epochs", "validation_accuracy", "training_time", f"rank of {document['cells']:,}")
        print_table("", columns, [(epochs, *values.values()) for epochs, values in document["predicted"].items()])


def _module_hash(text: str) -> str | None:
    """Returns a module hash in lower case; None for any other text."""
    lower = text.lower()
    return lower if len(lower) == 32 and set(lower) <= set("0123456789abcdef") else None


def _row_of_code(text: str) -> int:
    """Returns the row in `all_codes()` of a code as users type it; raises `InvalidArchitecture` for any other text."""
    try:
        architecture = Architecture.parse(text, space="nasbench101")
    except ValueError as error:
        neither = f"{text!r} is neither a module hash (32 hexadecimal digits) nor a code (26 integers, with commas)."
        raise InvalidArchitecture(str(error) if ":" in text else neither) from None
    return row_of_code(architecture.code)


def _row_of_hash(module_hash: str) -> int:
    """Returns the row in `all_codes()` of a module hash; raises `NotInTable` where no cell has it."""
    digest = np.frombuffer(bytes.fromhex(module_hash), np.uint8)
    rows = np.flatnonzero((all_hashes() == digest).all(axis=1))
    if not len(rows):
        raise NotInTable(f"None of the {CELLS:,} cells of NASBench-101 has the module hash {module_hash}.")
    return int(rows[0])


def _cell_document(cell: Cell, module_hash: str, parameters: int) -> Document:
    return {
        "hash": module_hash,
        "code": list(cell.code),
        "matrix": [list(row) for row in cell.matrix],
        "operations": list(cell.names),
        "parameters": parameters,
    }


def _show_cell(document: Document) -> None:
    click.echo(f"{document['hash']}  {document['parameters']:,} parameters")
    for row, name in zip(document["matrix"], document["operations"], strict=True):
        click.echo(f"  {' '.join(map(str, row))}  {name}")
    click.echo(f"  code {','.join(map(str, document['code']))}")
