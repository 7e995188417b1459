"""A file as google-research/nasbench publishes it, written by TensorFlow and by protobuf, from the published schema.

All four epoch budgets, three trainings each, every field of the schema filled; records of a cell are apart.
"""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from nasplug_nasbench101.cell import Cell

BUDGETS = (4, 12, 36, 108)
FIELDS = ("current_epoch", "training_time", "train_accuracy", "validation_accuracy", "test_accuracy")
IMAGES = 9984  # every accuracy of the dataset is a multiple of 1/9984 in single precision: 39 batches of 256
INCEPTION = (  # the cell of NASBench.ipynb: matrix, operations
    [
        [0, 1, 1, 1, 0, 1, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 1, 0, 0],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 1],
        [0, 0, 0, 0, 0, 0, 0],
    ],
    [1, 0, 0, 0, 2],
)
Figures = dict[tuple[str, int], list[list[list[float]]]]  # hash, epochs → [3 repeats][3 points][5 fields]


def messages() -> Any:
    """Returns the class of `ModelMetrics` messages, of the published schema."""
    field = descriptor_pb2.FieldDescriptorProto
    file = descriptor_pb2.FileDescriptorProto(name="metrics.proto", package="nasbench", syntax="proto2")
    evaluation = file.message_type.add(name="EvaluationData")
    for number, name in enumerate(FIELDS, start=1):
        evaluation.field.add(name=name, number=number, type=field.TYPE_DOUBLE, label=field.LABEL_OPTIONAL)
    evaluation.field.add(name="checkpoint_path", number=6, type=field.TYPE_STRING, label=field.LABEL_OPTIONAL)
    model = file.message_type.add(name="ModelMetrics")
    repeated = {"type": field.TYPE_MESSAGE, "label": field.LABEL_REPEATED, "type_name": ".nasbench.EvaluationData"}
    model.field.add(name="evaluation_data", number=1, **repeated)
    model.field.add(name="trainable_parameters", number=2, type=field.TYPE_INT32, label=field.LABEL_OPTIONAL)
    model.field.add(name="total_time", number=3, type=field.TYPE_DOUBLE, label=field.LABEL_OPTIONAL)
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return message_factory.GetMessageClass(pool.FindMessageTypeByName("nasbench.ModelMetrics"))


def figures(cells: list[Cell], seed: int = 0) -> Figures:
    """Returns invented figures of the dataset's kind: fractions and seconds in single precision, as doubles."""
    rng = np.random.default_rng(seed)

    def point(epoch: float) -> list[float]:
        accuracies = (rng.integers(IMAGES + 1, size=3) / IMAGES).astype(np.float32)
        return [epoch, *np.float32([11.3 * epoch]).tolist(), *accuracies.tolist()]

    return {
        (cell.module_hash(), epochs): [[point(0.0), point(epochs / 2), point(epochs)] for _ in range(3)]
        for cell in cells
        for epochs in BUDGETS
    }


def write(path: Path, cells: list[Cell], parameters: list[int], given: Figures, compression: str = "") -> None:
    """Writes the trainings of *pruned* cells in an order that mixes them, repeats of a cell in the order given."""
    from nasplug.training.backend import tf

    keys = [(i, epochs, repeat) for i in range(len(cells)) for epochs in BUDGETS for repeat in range(3)]
    place = np.random.default_rng(0).permutation(len(keys))
    place = np.sort(place.reshape(-1, 3), axis=1).ravel()  # repeat 0 before 1 before 2
    with tf.io.TFRecordWriter(str(path), tf.io.TFRecordOptions(compression_type=compression)) as writer:
        for record in _records([keys[i] for i in np.argsort(place)], cells, parameters, given):
            writer.write(record)


def _records(
    keys: list[tuple[int, int, int]], cells: list[Cell], parameters: list[int], given: Figures
) -> Iterator[bytes]:
    message_class = messages()
    for i, epochs, repeat in keys:
        cell = cells[i]
        message = message_class(trainable_parameters=parameters[i], total_time=12.5 * epochs)
        for values in given[cell.module_hash(), epochs][repeat]:
            path = f"/folder/model.ckpt-{values[0]:.0f}"
            message.evaluation_data.add(**dict(zip(FIELDS, values, strict=True)), checkpoint_path=path)
        adjacency = "".join(str(entry) for row in cell.matrix for entry in row)
        metrics = base64.b64encode(message.SerializeToString()).decode()
        yield json.dumps([cell.module_hash(), epochs, adjacency, ",".join(cell.names), metrics]).encode()
