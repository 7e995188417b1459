"""The imported table: every training of every cell, memory-mapped."""

from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import CELLS
from nasplug_nasbench101.table import folder as folders
from nasplug_nasbench101.table.errors import NoTable, NotInTable
from nasplug_nasbench101.table.protobuf import Measurement

TRAINING_TIME, TRAIN, VALIDATION, TEST = range(4)  # places in the last axis of `metrics`
HALF_WAY, FINAL = range(2)


@attrs.frozen(eq=False)
class Table:
    """Rows are cells in the order of their module hashes; `metrics[epochs]` is `[n, 3 repeats, 2 points, 4 values]`."""

    path: Path
    manifest: dict[str, Any]
    hashes: NDArray[np.uint64]
    codes: NDArray[np.uint8]
    parameters: NDArray[np.int32]
    metrics: dict[int, NDArray[np.floating]]

    @classmethod
    def open(cls, path: Path) -> "Table":
        """Returns the table in a folder, without reading its columns. Raises `NoTable` where it is not whole."""
        manifest, arrays = folders.read(path)
        metrics = {epochs: arrays[f"metrics_{epochs}"] for epochs in manifest["epochs"]}
        return cls(path, manifest, arrays["hashes"], arrays["codes"], arrays["parameters"], metrics)

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def epochs(self) -> list[int]:
        """The epoch budgets there are, ascending."""
        return list(self.metrics)

    def hash_at(self, row: int) -> str:
        """Returns a row's module hash."""
        high, low = self.hashes[row].tolist()
        return f"{high:016x}{low:016x}"

    def cell_at(self, row: int) -> Cell:
        """Returns a row's cell, its vertices in the order of the file."""
        return Cell.from_code(self.codes[row].tolist()).prune()

    def row_of(self, module_hash: str) -> int:
        """Returns the row of a module hash; raises `NotInTable`."""
        high, low = int(module_hash[:16], 16), int(module_hash[16:], 16)
        first: NDArray[np.uint64] = self.hashes[:, 0]
        row = int(first.searchsorted(np.uint64(high)))
        while row < len(first) and first[row] == high:
            if self.hashes[row, 1] == low:
                return row
            row += 1
        raise NotInTable(f"the table in {self.path} has no cell {module_hash}; it has {len(self):,} of {CELLS:,} cells")

    def of_epochs(self, epochs: int) -> NDArray[np.floating]:
        """Returns the trainings of an epoch budget, `[n, 3, 2, 4]`; raises `NoTable` where the table has none."""
        try:
            return self.metrics[epochs]
        except KeyError:
            there = ", ".join(map(str, self.epochs))
            raise NoTable(
                f"the table in {self.path} has no trainings of {epochs} epochs, it has {there}. "
                f"nasbench_full.tfrecord has 4, 12, 36 and 108."
            ) from None

    def training(self, row: int, epochs: int, repeat: int, point: int = FINAL) -> Measurement:
        """Returns one training of a row, `repeat` 0–2 in the order of the file, half-way or final; a few µs."""
        return Measurement(*self.of_epochs(epochs)[row, repeat, point].tolist())

    def mean(self, row: int, epochs: int) -> Measurement:
        """Returns the mean over a row's three trainings, at their end."""
        times, *accuracies = zip(*self.of_epochs(epochs)[row, :, FINAL].tolist(), strict=True)
        return Measurement(*(sum(values) / len(values) for values in (times, *accuracies)))

    def rank(self, row: int, epochs: int, value: int) -> int:
        """Returns a row's place by the mean of `value` (`VALIDATION`, `TEST`), 1 for the best."""
        means = self.of_epochs(epochs)[:, :, FINAL, value].mean(axis=1, dtype=float)
        return 1 + int((means > means[row]).sum())
