"""One record of the dataset: a training of a cell."""

import base64
import json
from typing import NamedTuple

from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.table.protobuf import ModelMetrics, parse_model_metrics

EPOCHS = (4, 12, 36, 108)


class Record(NamedTuple):
    """A training of `epochs` epochs of the cell with this module hash."""

    module_hash: str
    epochs: int
    adjacency: str
    operations: str
    metrics: ModelMetrics


def parse_record(data: bytes) -> Record:
    """Returns the training that a record's JSON describes. Raises `ValueError` saying what is not as in the dataset."""
    fields = json.loads(data)
    if not isinstance(fields, list) or len(fields) != 5:
        raise ValueError("wanted a list of five: hash, epochs, adjacency, operations, metrics")
    module_hash, epochs, adjacency, operations, metrics = fields
    if epochs not in EPOCHS:
        raise ValueError(f"epochs {epochs!r} are none of {EPOCHS}")
    if not isinstance(module_hash, str) or len(module_hash) != 32:
        raise ValueError(f"{module_hash!r} is no module hash")
    if not isinstance(adjacency, str) or not isinstance(operations, str):
        raise ValueError("adjacency and operations are no texts")
    return Record(module_hash, epochs, adjacency, operations, parse_model_metrics(base64.b64decode(metrics)))


def parse_cell(record: Record) -> Cell:
    """Returns the record's cell. Raises `ValueError` where adjacency and operations do not describe one."""
    names = record.operations.split(",")
    n = len(names)
    if len(record.adjacency) != n * n or not set(record.adjacency) <= {"0", "1"}:
        raise ValueError(f"the adjacency is no text of {n}×{n} zeros and ones")
    rows = [[int(entry) for entry in record.adjacency[u * n : u * n + n]] for u in range(n)]
    return Cell.from_names(rows, names)
