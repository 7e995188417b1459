"""Collects the records of a file into the columns of the table."""

from array import array

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101.table.record import Measurement, Record, parse_cell

REPEATS = 3  # trainings of each cell with each epoch budget
POINTS = ("halfway", "final")  # when each training was measured
VALUES = Measurement._fields


class Columns:
    """The cells and trainings that were read so far, in the order of the file.

    Takes about 200 bytes a cell and 66 a training.
    """

    def __init__(self) -> None:
        self._row_of: dict[bytes, int] = {}
        self._codes = bytearray()
        self._parameters = array("i")
        self._trainings: dict[int, tuple[array[int], array[float]]] = {}

    def add(self, record: Record) -> None:
        """Adds a training; raises `ValueError` where it contradicts an earlier one of its cell."""
        key = bytes.fromhex(record.module_hash)
        row = self._row_of.get(key)
        if row is None:
            row = self._add_cell(key, record)
        elif self._parameters[row] != record.parameters:
            raise ValueError(f"cell {record.module_hash} has two numbers of parameters")
        rows, values = self._trainings.setdefault(record.epochs, (array("i"), array("d")))
        rows.append(row)
        values.extend(record.half_way)
        values.extend(record.final)

    def _add_cell(self, key: bytes, record: Record) -> int:
        self._row_of[key] = row = len(self._row_of)
        self._codes += bytes(parse_cell(record).code)
        self._parameters.append(record.parameters)
        return row

    def finish(self) -> dict[str, NDArray[np.generic]]:
        """Returns the table's columns by name, their rows in the order of the module hashes.

        These are `hashes` `[n, 2]`, the upper and lower 64 bits; `codes` `[n, 26]`; `parameters` `[n]`; and for each
        epoch budget E `metrics_E` `[n, 3 repeats, 2 points, 4 values]`.

        Raises:
            ValueError: a cell does not have exactly three trainings of each epoch budget
        """
        hashes = np.frombuffer(b"".join(self._row_of), ">u8").reshape(-1, 2).astype(np.uint64)
        order = np.lexsort((hashes[:, 1], hashes[:, 0]))
        rank = np.empty(len(order), np.int64)
        rank[order] = np.arange(len(order))
        arrays: dict[str, NDArray[np.generic]] = {
            "hashes": hashes[order],
            "codes": np.frombuffer(self._codes, np.uint8).reshape(len(order), -1)[order],
            "parameters": np.frombuffer(self._parameters, np.int32)[order],
        }
        for epochs, (rows, values) in sorted(self._trainings.items()):
            arrays[f"metrics_{epochs}"] = _by_cell(rank[np.frombuffer(rows, np.int32)], values, len(order), epochs)
        return arrays


def _by_cell(rows: NDArray[np.int64], values: "array[float]", cells: int, epochs: int) -> NDArray[np.floating]:
    """Returns values `[trainings · 8]` as `[cells, 3, 2, 4]`, given each training's row.

    The type is float32 where that holds every figure exactly, as it does in the dataset.
    """
    counts = np.bincount(rows, minlength=cells)
    if (counts != REPEATS).any():
        incomplete = int(np.argmax(counts != REPEATS))
        raise ValueError(
            f"expected {REPEATS} trainings of {epochs} epochs of every cell, there are {counts[incomplete]} of one "
            f"({int((counts != REPEATS).sum())} of {cells} cells are incomplete): the file is cut short or not whole"
        )
    by_training = np.frombuffer(values, np.float64).reshape(-1, len(POINTS) * len(VALUES))
    by_row = by_training[np.argsort(rows, kind="stable")]
    table: NDArray[np.float64] = by_row.reshape(cells, REPEATS, len(POINTS), len(VALUES))
    single = table.astype(np.float32)
    return single if np.array_equal(single, table) else table
