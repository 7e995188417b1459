"""The queries of google-research/nasbench: names, meanings and units are the original's, accuracies are fractions.

A script runs after changing `from nasbench import api` to `from nasplug_nasbench101 import api`.
"""

import hashlib
import os
import random
from collections.abc import Callable, Iterator, KeysView, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.plugin import expanded_path
from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cache import cache_folder
from nasplug_nasbench101.cell import INPUT, OPERATIONS, OUTPUT, kept_vertices
from nasplug_nasbench101.hashing import INPUT_LABEL, OUTPUT_LABEL, module_hash
from nasplug_nasbench101.table.columns import POINTS, REPEATS, VALUES
from nasplug_nasbench101.table.importing import import_file
from nasplug_nasbench101.table.table import FINAL, HALF_WAY, NotInTable, Table

Metrics = dict[str, Any]
Trainings = dict[int, list[Metrics]]  # by epoch budget
Value = TypeVar("Value")


class OutOfDomainError(Exception):
    """The dataset does not contain this specification or this epoch budget."""


class ModelSpec:
    """A cell, pruned as soon as it is made.

    Args:
        matrix: adjacency matrix, `[n, n]`
        ops: the names of the operations, `[n]`
        data_format: has no effect; the original library has this argument

    Attributes:
        matrix, ops: the pruned cell; both are None where no path leads from input to output
        valid_spec: whether there is such a path
        original_matrix, original_ops: the cell before pruning

    Raises:
        ValueError: the matrix is not square, upper triangular and of zeros and ones, or does not fit `ops`
    """

    def __init__(self, matrix: Any, ops: Sequence[str], data_format: str = "channels_last") -> None:
        original = np.array(matrix)
        shape = original.shape
        if len(shape) != 2 or shape[0] != shape[1] or not 2 <= shape[0] == len(ops):
            raise ValueError(f"Expected an n × n matrix and n operations, got {shape} and {len(ops)}")
        if not ((original == 0) | (original == 1)).all() or np.tril(original).any():
            raise ValueError("The matrix must be upper triangular, of zeros and ones")
        kept = kept_vertices(original.tolist())
        self.original_matrix, self.original_ops, self.data_format = original, list(ops), data_format
        self.valid_spec = bool(kept)
        self.matrix: NDArray[Any] | None = original[np.ix_(kept, kept)] if kept else None
        self.ops: list[str] | None = [self.original_ops[v] for v in kept] if kept else None

    def hash_spec(self, canonical_ops: Sequence[str]) -> str:
        """Returns the module hash; `canonical_ops` are the interior operations in the order of their labels."""
        if self.matrix is None or self.ops is None:
            raise OutOfDomainError("No path leads from the input to the output of this specification")
        labels = [INPUT_LABEL, *(list(canonical_ops).index(op) for op in self.ops[1:-1]), OUTPUT_LABEL]
        return module_hash(self.matrix.tolist(), labels)


@attrs.frozen(eq=False)
class ByHash(Mapping[str, Value]):
    """Maps module hashes, in ascending order, to what `read` returns for the cell's row; it stores no values."""

    table: Table
    read: Callable[[int], Value]

    def __getitem__(self, module_hash: str) -> Value:
        try:
            return self.read(self.table.row_of(module_hash))
        except (NotInTable, ValueError):
            raise KeyError(module_hash) from None

    def __iter__(self) -> Iterator[str]:
        return map(self.table.hash_at, range(len(self.table)))

    def __len__(self) -> int:
        return len(self.table)


class NASBench:
    """The dataset.

    Args:
        dataset_file: the folder of an imported table, or a .tfrecord file, which is imported at its first use
        seed: decides which of a cell's three trainings each `query` returns

    Attributes:
        fixed_statistics: by module hash, what all trainings of a cell share
        computed_statistics: by module hash, the cell's trainings; see `get_metrics_from_hash`
    """

    def __init__(self, dataset_file: str | os.PathLike[str], seed: int | None = None) -> None:
        path = Path(expanded_path(dataset_file))
        self.table = Table.open(path if path.is_dir() else _import_into_cache(path))
        self.config = {
            "module_vertices": bitmask.VERTICES,
            "max_edges": bitmask.MAX_EDGES,
            "num_repeats": REPEATS,
            "available_ops": list(OPERATIONS),
        }
        self.valid_epochs = set(self.table.epochs)
        self.fixed_statistics: ByHash[Metrics] = ByHash(self.table, self._fixed)
        self.computed_statistics: ByHash[Trainings] = ByHash(self.table, self._computed)
        self._random = random.Random(seed)
        self.reset_budget_counters()

    def query(self, model_spec: ModelSpec, epochs: int = 108, stop_halfway: bool = False) -> Metrics:
        """Returns one of the cell's three trainings, drawn at random, and adds its cost to the budget counters.

        Raises:
            OutOfDomainError: the dataset does not have the cell or the epoch budget
        """
        if epochs not in self.valid_epochs:
            raise OutOfDomainError(f"Invalid number of epochs {epochs}, there are {sorted(self.valid_epochs)}")
        row = self._row(model_spec)
        point = HALF_WAY if stop_halfway else FINAL
        training = self.table.training(row, epochs, self._random.randrange(REPEATS), point)
        self.training_time_spent += training.training_time
        self.total_epochs_spent += epochs // 2 if stop_halfway else epochs
        return self._fixed(row) | training._asdict()

    def is_valid(self, model_spec: ModelSpec) -> bool:
        """Returns whether the pruned specification is in the search space."""
        try:
            _check_domain(model_spec)
        except OutOfDomainError:
            return False
        return True

    def get_budget_counters(self) -> tuple[float, int]:
        """Returns the seconds and the epochs of training that all queries since the last reset stand for."""
        return self.training_time_spent, self.total_epochs_spent

    def reset_budget_counters(self) -> None:
        """Sets both budget counters to zero."""
        self.training_time_spent = 0.0
        self.total_epochs_spent = 0

    def hash_iterator(self) -> KeysView[str]:
        """Returns the module hashes of all cells, ascending."""
        return self.fixed_statistics.keys()

    def get_metrics_from_hash(self, module_hash: str) -> tuple[Metrics, Trainings]:
        """Returns what all trainings of a cell share, and by epoch budget the cell's three trainings.

        Raises:
            KeyError: no cell has this module hash
        """
        return self.fixed_statistics[module_hash], self.computed_statistics[module_hash]

    def get_metrics_from_spec(self, model_spec: ModelSpec) -> tuple[Metrics, Trainings]:
        """Returns the same for a specification; raises `OutOfDomainError` where the dataset does not have it."""
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
            epochs: [dict(zip(names, values, strict=True)) for values in metrics[row].reshape(REPEATS, -1).tolist()]
            for epochs, metrics in self.table.metrics.items()
        }

    def _row(self, model_spec: ModelSpec) -> int:
        _check_domain(model_spec)
        try:
            return self.table.row_of(model_spec.hash_spec(OPERATIONS))
        except NotInTable as error:
            raise OutOfDomainError(str(error)) from None


def _check_domain(spec: ModelSpec) -> None:
    """Raises `OutOfDomainError` where the pruned specification is not in the search space."""
    if spec.matrix is None or spec.ops is None:
        raise OutOfDomainError("Invalid specification: no path leads from its input to its output")
    if len(spec.ops) > bitmask.VERTICES:
        raise OutOfDomainError(f"Too many vertices: {len(spec.ops)}, at most {bitmask.VERTICES}")
    if spec.matrix.sum() > bitmask.MAX_EDGES:
        raise OutOfDomainError(f"Too many edges: {spec.matrix.sum()}, at most {bitmask.MAX_EDGES}")
    if spec.ops[0] != INPUT or spec.ops[-1] != OUTPUT:
        raise OutOfDomainError(f"The first operation must be 'input', the last 'output', got {spec.ops}")
    if not set(spec.ops[1:-1]) <= set(OPERATIONS):
        raise OutOfDomainError(f"Unknown operations in {spec.ops}, there are {', '.join(OPERATIONS)}")


def _import_into_cache(file: Path) -> Path:
    """Imports a .tfrecord file into the cache folder, unless that was done before, and returns the table's folder."""
    name = hashlib.sha256(str(file.absolute()).encode()).hexdigest()[:16]
    folder = cache_folder() / f"nasbench101-{name}"
    import_file(file, folder)
    return folder
