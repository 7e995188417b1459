"""The imported table: every training of every cell, memory-mapped."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug import Architecture, NasplugError
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.table import folder
from nasplug_nasbench101.table.columns import REPEATS
from nasplug_nasbench101.table.folder import NoTable
from nasplug_nasbench101.table.record import Measurement

HALF_WAY, FINAL = range(2)  # the third axis of `metrics`
TRAINING_TIME, TRAIN, VALIDATION, TEST = range(4)  # the last axis of `metrics`


class NotInTable(NasplugError):
    """The table does not have this cell."""


@attrs.frozen(eq=False)
class Table:
    """The dataset's n cells, in the order of their module hashes.

    Attributes:
        path: the folder
        manifest: which file the table was made of
        hashes: the upper and lower 64 bits of the module hashes, `[n, 2]`
        codes: the cells, `[n, 26]`, their vertices in the order of the file
        parameters: the trainable parameters of the networks, `[n]`
        metrics: by epoch budget, all trainings, `[n, 3 repeats, 2 points, 4 values]`; accuracies are fractions
    """

    path: Path
    manifest: dict[str, Any]
    hashes: NDArray[np.uint64]
    codes: NDArray[np.uint8]
    parameters: NDArray[np.int32]
    metrics: dict[int, NDArray[np.floating]]

    @classmethod
    def open(cls, path: Path) -> "Table":
        """Returns the table in a folder without reading its columns; raises `NoTable` where it is not whole."""
        manifest, columns = folder.read(path)
        metrics = {epochs: columns[f"metrics_{epochs}"] for epochs in manifest["epochs"]}
        return cls(path, manifest, columns["hashes"], columns["codes"], columns["parameters"], metrics)

    def __reduce__(self) -> Any:
        return Table.open, (self.path.absolute(),)  # a worker maps the file, where a pickle would hold all columns

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def epochs(self) -> list[int]:
        """The epoch budgets of the table, ascending."""
        return list(self.metrics)

    def hash_at(self, row: int) -> str:
        """Returns a row's module hash."""
        high, low = self.hashes[row].tolist()
        return f"{high:016x}{low:016x}"

    def cell_at(self, row: int) -> Cell:
        """Returns a row's *pruned* cell, its vertices in the order of the file."""
        return Cell.from_code(self.codes[row].tolist()).prune()

    def row_of(self, module_hash: str) -> int:
        """Returns the row of a module hash; raises `NotInTable` where the table does not have it."""
        high, low = int(module_hash[:16], 16), int(module_hash[16:], 16)
        first: NDArray[np.uint64] = self.hashes[:, 0]
        row = int(first.searchsorted(np.uint64(high)))
        while row < len(first) and first[row] == high:
            if self.hashes[row, 1] == low:
                return row
            row += 1
        raise NotInTable(f"The table in {self.path} has no cell {module_hash}; it has {len(self):,} of {CELLS:,} cells")

    def of_epochs(self, epochs: int) -> NDArray[np.floating]:
        """Returns the trainings of an epoch budget, `[n, 3, 2, 4]`; raises `NoTable` where the table has none."""
        try:
            return self.metrics[epochs]
        except KeyError:
            budgets = ", ".join(map(str, self.epochs))
            raise NoTable(
                f"The table in {self.path} has no trainings of {epochs} epochs, it has {budgets}. "
                f"nasbench_full.tfrecord has 4, 12, 36 and 108."
            ) from None

    def training(self, row: int, epochs: int, repeat: int, point: int = FINAL) -> Measurement:
        """Returns one training of a row, measured at `FINAL` or `HALF_WAY`; repeats 0–2 are in the file's order."""
        return Measurement(*self.of_epochs(epochs)[row, repeat, point].tolist())

    def mean(self, row: int, epochs: int) -> Measurement:
        """Returns the mean of a row's three trainings at their end."""
        times, *accuracies = zip(*self.of_epochs(epochs)[row, :, FINAL].tolist(), strict=True)
        return Measurement(*(sum(values) / len(values) for values in (times, *accuracies)))

    def rank(self, row: int, epochs: int, value: int) -> int:
        """Returns a row's rank, 1 for the best, by its mean `VALIDATION` or `TEST` accuracy."""
        means = self.of_epochs(epochs)[:, :, FINAL, value].mean(axis=1, dtype=float)
        return 1 + int((means > means[row]).sum())


def oracle(table: Table, epochs: int = 108, seed: int = 0) -> Iterator[tuple[Architecture, float, float]]:
    """Yields all cells of a table, best first, as a perfect predictor would rank them (arXiv 1912.00848).

    Cells are ranked by the validation accuracy of one training each, which `seed` chooses. Yields architecture, that
    accuracy, and the mean test accuracy of the cell's three trainings, both in percent.
    """
    trainings = table.of_epochs(epochs)[:, :, FINAL]  # [n, 3, 4]
    repeat = np.random.default_rng(seed).integers(REPEATS, size=len(table))
    validation = trainings[np.arange(len(table)), repeat, VALIDATION]
    test = trainings[:, :, TEST].mean(axis=1, dtype=float)
    for row in np.argsort(-validation, kind="stable").tolist():
        architecture = Architecture("nasbench101", tuple(table.codes[row].tolist()))
        yield architecture, 100.0 * float(validation[row]), 100.0 * float(test[row])
