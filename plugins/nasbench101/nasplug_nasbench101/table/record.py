"""One record of the dataset: JSON that describes a training of a cell, and in it a protobuf message of the figures."""

import base64
import json
from typing import Any, NamedTuple

from google.protobuf import descriptor_pb2, descriptor_pool, message, message_factory

from nasplug_nasbench101.cell import Cell

EPOCHS = (4, 12, 36, 108)


class Measurement(NamedTuple):
    """Seconds of training so far, and three accuracies as fractions."""

    training_time: float
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float


class Record(NamedTuple):
    """One training of a cell, measured after half of its epochs and at its end."""

    module_hash: str  # 32 hexadecimal digits
    epochs: int
    adjacency: str  # the matrix, row by row: zeros and ones
    operations: str  # names, joined by commas
    half_way: Measurement
    final: Measurement
    parameters: int  # trainable ones of the network


def parse_record(data: bytes) -> Record:
    """Returns the training that a record describes; raises `ValueError` where it is no record of the dataset."""
    fields = json.loads(data)
    if not isinstance(fields, list) or len(fields) != 5:
        raise ValueError("expected a list of five: hash, epochs, adjacency, operations, metrics")
    module_hash, epochs, adjacency, operations, metrics = fields
    if epochs not in EPOCHS:
        raise ValueError(f"epochs {epochs!r} are none of {EPOCHS}")
    if not isinstance(module_hash, str) or len(module_hash) != 32:
        raise ValueError(f"{module_hash!r} is no module hash")
    if not isinstance(adjacency, str) or not isinstance(operations, str):
        raise ValueError("adjacency and operations are no texts")
    return Record(module_hash, epochs, adjacency, operations, *parse_metrics(base64.b64decode(metrics)))


def parse_cell(record: Record) -> Cell:
    """Returns the record's cell; raises `ValueError` where adjacency and operations do not describe one."""
    names = record.operations.split(",")
    n = len(names)
    if len(record.adjacency) != n * n or not set(record.adjacency) <= {"0", "1"}:
        raise ValueError(f"the adjacency is no text of {n}×{n} zeros and ones")
    rows = [[int(entry) for entry in record.adjacency[u * n : u * n + n]] for u in range(n)]
    return Cell.from_names(rows, names)


def parse_metrics(content: bytes) -> tuple[Measurement, Measurement, int]:
    """Returns what a `ModelMetrics` message says: half-way and final measurement, and trainable parameters.

    Like the original library, this takes the second and the third measurement and never looks at the first, which was
    made before the training.

    Raises:
        ValueError: the bytes are no such message, or something is missing
    """
    try:
        metrics = _ModelMetrics.FromString(content)
    except message.DecodeError as error:
        raise ValueError(f"the metrics are no protobuf message: {error}") from None
    if metrics.trainable_parameters <= 0:
        raise ValueError("no trainable_parameters")
    measured = metrics.evaluation_data
    if len(measured) < 3:
        raise ValueError(f"expected measurements at the start, half-way and at the end, got {len(measured)}")
    return _measurement(measured[1]), _measurement(measured[2]), metrics.trainable_parameters


def _measurement(evaluation: Any) -> Measurement:
    for name in Measurement._fields:
        if not evaluation.HasField(name):
            raise ValueError(f"a measurement lacks its {name}")
    return Measurement(*[getattr(evaluation, name) for name in Measurement._fields])


def _message_class() -> Any:
    """Returns the class of messages with those fields of google-research/nasbench's schema that are used here."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="model_metrics.proto", package="nasbench", syntax="proto2")
    evaluation = file.message_type.add(name="EvaluationData")
    for number, name in enumerate(Measurement._fields, start=2):  # 1 is the epoch
        evaluation.field.add(name=name, number=number, type=field.TYPE_DOUBLE, label=field.LABEL_OPTIONAL)
    metrics = file.message_type.add(name="ModelMetrics")
    evaluations = {"type": field.TYPE_MESSAGE, "label": field.LABEL_REPEATED, "type_name": ".nasbench.EvaluationData"}
    metrics.field.add(name="evaluation_data", number=1, **evaluations)
    metrics.field.add(name="trainable_parameters", number=2, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("nasbench.ModelMetrics"))


_ModelMetrics = _message_class()
