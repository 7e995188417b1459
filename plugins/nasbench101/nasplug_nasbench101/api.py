"""The queries of google-research/nasbench: names, meanings and units are the original's, accuracies fractions.

A script runs by changing `from nasbench import api` to `from nasplug_nasbench101 import api`.
"""

import hashlib
import os
import random
from collections.abc import KeysView, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.cache import cache_folder
from nasplug_nasbench101.cell import INPUT, OPERATIONS, OUTPUT, kept_vertices
from nasplug_nasbench101.hash_mapping import ByHash
from nasplug_nasbench101.hashing import INPUT_LABEL, OUTPUT_LABEL, module_hash
from nasplug_nasbench101.table.columns import POINTS, VALUES
from nasplug_nasbench101.table.errors import NotInTable
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import FINAL, HALF_WAY, Table

Metrics = dict[str, Any]
Trainings = dict[int, list[Metrics]]  # by epoch budget


class OutOfDomainError(Exception):
    """The specification or the epoch budget is none of the dataset."""


class ModelSpec:
    """A cell by adjacency matrix `[n, n]` and operations `[n]`, pruned at once.

    `matrix` and `ops` are what pruning leaves, None (and `valid_spec` False) where input and output are not joined;
    `original_matrix` and `original_ops` are what was given. Raises `ValueError` for a matrix that is not square, upper
    triangular and of zeros and ones, or whose size is not the number of operations.
    """

    def __init__(self, matrix: Any, ops: Sequence[str], data_format: str = "channels_last") -> None:
        given = np.array(matrix)
        shape = given.shape
        if len(shape) != 2 or shape[0] != shape[1] or not 2 <= shape[0] == len(ops):
            raise ValueError(f"wanted an n × n matrix and n operations, got {shape} and {len(ops)}")
        if not ((given == 0) | (given == 1)).all() or np.tril(given).any():
            raise ValueError("the matrix must be upper triangular, of zeros and ones")
        keep = kept_vertices(given.tolist())
        self.original_matrix, self.original_ops, self.data_format = given, list(ops), data_format
        self.valid_spec = bool(keep)
        self.matrix: NDArray[Any] | None = given[np.ix_(keep, keep)] if keep else None
        self.ops: list[str] | None = [self.original_ops[v] for v in keep] if keep else None

    def hash_spec(self, canonical_ops: Sequence[str]) -> str:
        """Returns the module hash of the pruned cell; `canonical_ops` are the interior operations in label order."""
        if self.matrix is None or self.ops is None:
            raise OutOfDomainError("no path leads from the input to the output of this specification")
        labels = [INPUT_LABEL, *(list(canonical_ops).index(op) for op in self.ops[1:-1]), OUTPUT_LABEL]
        return module_hash(self.matrix.tolist(), labels)


class NASBench:
    """The dataset: an imported table's folder, or a .tfrecord file, which is imported at its first use.

    `seed` decides which of the three trainings each `query` answers with. `fixed_statistics` and `computed_statistics`
    map module hashes to what `get_metrics_from_hash` returns of them.
    """

    def __init__(self, dataset_file: str | os.PathLike[str], seed: int | None = None) -> None:
        path = Path(dataset_file)
        self.table = Table.open(path if path.is_dir() else _imported(path))
        self.config = {
            "module_vertices": bitmask.VERTICES,
            "max_edges": bitmask.MAX_EDGES,
            "num_repeats": 3,
            "available_ops": list(OPERATIONS),
        }
        self.valid_epochs = set(self.table.epochs)
        self.fixed_statistics: ByHash[Metrics] = ByHash(self.table, self._fixed)
        self.computed_statistics: ByHash[Trainings] = ByHash(self.table, self._computed)
        self._random = random.Random(seed)
        self.reset_budget_counters()

    def query(self, model_spec: ModelSpec, epochs: int = 108, stop_halfway: bool = False) -> Metrics:
        """Returns one of the cell's three trainings, drawn at random, and adds its cost to the budget counters.

        Raises `OutOfDomainError` for a cell or an epoch budget that the dataset does not have.
        """
        if epochs not in self.valid_epochs:
            raise OutOfDomainError(f"invalid number of epochs {epochs}, there are {sorted(self.valid_epochs)}")
        row = self._row(model_spec)
        point = HALF_WAY if stop_halfway else FINAL
        training = self.table.training(row, epochs, self._random.randrange(3), point)
        self.training_time_spent += training.training_time
        self.total_epochs_spent += epochs // 2 if stop_halfway else epochs
        return self._fixed(row) | training._asdict()

    def is_valid(self, model_spec: ModelSpec) -> bool:
        """Returns whether the specification, pruned, is in the search space."""
        try:
            self._check_spec(model_spec)
        except OutOfDomainError:
            return False
        return True

    def get_budget_counters(self) -> tuple[float, int]:
        """Returns the seconds of training and the epochs that all queries since the last reset would have cost."""
        return self.training_time_spent, self.total_epochs_spent

    def reset_budget_counters(self) -> None:
        """Sets both budget counters to zero."""
        self.training_time_spent = 0.0
        self.total_epochs_spent = 0

    def hash_iterator(self) -> KeysView[str]:
        """Returns the module hashes of all cells, ascending."""
        return self.fixed_statistics.keys()

    def get_metrics_from_hash(self, module_hash: str) -> tuple[Metrics, Trainings]:
        """Returns what is the same for all trainings of a cell, and its trainings by epoch budget, three each.

        Raises `KeyError` where no cell has this module hash.
        """
        return self.fixed_statistics[module_hash], self.computed_statistics[module_hash]

    def get_metrics_from_spec(self, model_spec: ModelSpec) -> tuple[Metrics, Trainings]:
        """Returns the same for a specification; raises `OutOfDomainError` where it is not in the search space."""
        row = self._row(model_spec)
        return self._fixed(row), self._computed(row)

    def _fixed(self, row: int) -> Metrics:
        cell = self.table.cell_at(row)
        return {
            "module_adjacency": np.array(cell.matrix, np.int8),
            "module_operations": list(cell.names),
            "trainable_parameters": int(self.table.parameters[row]),
        }

    def _computed(self, row: int) -> Trainings:
        names = [f"{point}_{value}" for point in POINTS for value in VALUES]
        return {
            epochs: [dict(zip(names, values, strict=True)) for values in metrics[row].reshape(3, -1).tolist()]
            for epochs, metrics in self.table.metrics.items()
        }

    def _row(self, model_spec: ModelSpec) -> int:
        self._check_spec(model_spec)
        try:
            return self.table.row_of(model_spec.hash_spec(OPERATIONS))
        except NotInTable as error:
            raise OutOfDomainError(str(error)) from None

    def _check_spec(self, spec: ModelSpec) -> None:
        if spec.matrix is None or spec.ops is None:
            raise OutOfDomainError("invalid specification: no path leads from its input to its output")
        if len(spec.ops) > bitmask.VERTICES:
            raise OutOfDomainError(f"too many vertices: {len(spec.ops)}, at most {bitmask.VERTICES}")
        if spec.matrix.sum() > bitmask.MAX_EDGES:
            raise OutOfDomainError(f"too many edges: {spec.matrix.sum()}, at most {bitmask.MAX_EDGES}")
        if spec.ops[0] != INPUT or spec.ops[-1] != OUTPUT:
            raise OutOfDomainError(f"the first operation must be 'input', the last 'output', got {spec.ops}")
        if not set(spec.ops[1:-1]) <= set(OPERATIONS):
            raise OutOfDomainError(f"unknown operations in {spec.ops}, there are {', '.join(OPERATIONS)}")


def _imported(file: Path) -> Path:
    """Returns the table of a .tfrecord file, made in the cache folder unless it is there."""
    name = hashlib.sha256(str(file.absolute()).encode()).hexdigest()[:16]
    out = cache_folder() / f"nasbench101-{name}"
    import_file(file, out)
    return out
