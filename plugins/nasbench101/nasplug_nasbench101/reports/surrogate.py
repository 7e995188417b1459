"""What the embedded surrogate tells where the dataset was not imported."""

from typing import Any

import click
import numpy as np

from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.lookup import all_hashes, hash_of_row, hashes_are_kept, lookup
from nasplug_nasbench101.parameters import parameters
from nasplug_nasbench101.reports import cell
from nasplug_nasbench101.surrogate import surrogate
from nasplug_nasbench101.table.errors import NotInTable


class SurrogateReport:
    """How good its predictions are; what it predicts of a cell."""

    def info(self) -> dict[str, Any]:
        """Returns how good the surrogate was on records held out from its fit."""
        manifest = surrogate().manifest
        return {"source": "surrogate", "table": None, "made_of": manifest["source"], "held_out": manifest["held_out"]}

    def show_info(self, found: dict[str, Any]) -> None:
        """Prints what `info` returns."""
        figures = found["held_out"]["108"]
        click.echo("the dataset was not imported: accuracies are predicted by the embedded surrogate")
        click.echo(f"made of {found['made_of']}")
        for name in ("tau", "tau_above_91", "r2_above_85", "rmse_above_85"):
            mean, sd = figures[name]["mean"], figures[name]["sd"]
            click.echo(f"{name:>14} {mean:.3f} ± {sd:.3f} on records held out from the fit")

    def query(self, text: str) -> dict[str, Any]:
        """Returns what is predicted of a cell, given by hash or code; accuracies are fractions, as in the dataset."""
        known, given = surrogate(), cell.module_hash(text)
        row = _row_of_hash(given) if given else cell.row_of_text(text)
        pruned = Cell.from_code(lookup().codes[row].tolist()).prune()
        return cell.document(pruned, hash_of_row(row), int(parameters()[row])) | {
            "source": "surrogate",
            "predicted": {
                epochs: {
                    "validation_accuracy": known.predicted(row, epochs) / 100.0,
                    "training_time": known.seconds(row, epochs),
                    "rank": known.rank(row, epochs),
                }
                for epochs in known.epochs
            },
            "cells": CELLS,
        }

    def show_query(self, found: dict[str, Any]) -> None:
        """Prints what `query` returns."""
        cell.show(found)
        click.echo("predicted by the embedded surrogate, not measured; the dataset was not imported")
        click.echo(f"{'epochs':>6}{'validation_accuracy':>21}{'training_time':>21}{'rank':>10} of {found['cells']:,}")
        for epochs, values in found["predicted"].items():
            accuracy, seconds = values["validation_accuracy"], values["training_time"]
            click.echo(f"{epochs:>6}{accuracy:>21.4f}{seconds:>21.1f}{values['rank']:>10,}")


def _row_of_hash(module_hash: str) -> int:
    """Returns the row of a module hash; raises `NotInTable` for one of no cell. Hashes all cells at its first use."""
    if not hashes_are_kept():
        click.echo(f"hashing all {CELLS:,} cells, this once", err=True)
    found = np.flatnonzero((all_hashes() == np.frombuffer(bytes.fromhex(module_hash), np.uint8)).all(axis=1))
    if not len(found):
        raise NotInTable(f"none of the {CELLS:,} cells of NASBench-101 has the module hash {module_hash}")
    return int(found[0])
