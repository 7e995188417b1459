"""The two messages of the dataset, proto2 on the wire: `ModelMetrics` and the `EvaluationData` in it."""

import struct
from collections.abc import Iterator
from typing import NamedTuple

_DOUBLE = struct.Struct("<d")
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5


class Measurement(NamedTuple):
    """What one `EvaluationData` says: seconds of training so far, and three accuracies as fractions."""

    training_time: float
    train_accuracy: float
    validation_accuracy: float
    test_accuracy: float


class ModelMetrics(NamedTuple):
    """One training: what was measured half-way and at its end, and the network's size."""

    half_way: Measurement
    final: Measurement
    trainable_parameters: int


def parse_model_metrics(message: bytes) -> ModelMetrics:
    """Returns a decoded `ModelMetrics`. Raises `ValueError` where the bytes are no such message.

    As the original library does, it takes the second and third measurement and never looks at the first, which was
    made before the training.
    """
    measured: list[bytes] = []
    parameters = -1
    for number, value in _fields(message):
        if number == 1 and isinstance(value, bytes):
            measured.append(value)
        elif number == 2 and isinstance(value, int):
            parameters = value
    if not 0 < parameters < 1 << 31:
        raise ValueError("no trainable_parameters")
    if len(measured) < 3:
        raise ValueError(f"wanted measurements at the start, half-way and at the end, got {len(measured)}")
    return ModelMetrics(_measurement(measured[1]), _measurement(measured[2]), parameters)


def _measurement(message: bytes) -> Measurement:
    values = {number: value for number, value in _fields(message) if isinstance(value, float)}
    try:
        return Measurement(values[2], values[3], values[4], values[5])  # 1 is the epoch, 6 the path of a checkpoint
    except KeyError as missing:
        raise ValueError(f"a measurement lacks its field {missing}") from None


def _fields(message: bytes) -> Iterator[tuple[int, int | float | bytes]]:
    """Yields field numbers and values; the fixed 64-bit fields of these messages are all doubles."""
    at, end = 0, len(message)
    while at < end:
        key, at = _varint(message, at)
        kind, number = key & 7, key >> 3
        if kind == _FIXED64 and at + 8 <= end:
            yield number, _DOUBLE.unpack_from(message, at)[0]
            at += 8
        elif kind == _BYTES:
            length, at = _varint(message, at)
            if at + length > end:
                raise ValueError("a field ends behind its message")
            yield number, message[at : at + length]
            at += length
        elif kind == _VARINT:
            value, at = _varint(message, at)
            yield number, value
        elif kind == _FIXED32:
            at += 4
        else:
            raise ValueError(f"wire type {kind} of field {number}")


def _varint(message: bytes, at: int) -> tuple[int, int]:
    """Returns an integer and the place behind it."""
    value = shift = 0
    while True:
        if at >= len(message) or shift > 63:
            raise ValueError("an integer ends behind its message")
        byte = message[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
