"""Trainable parameters and multiply-adds, from the block table alone: each is a sum over the 22 layers."""

from collections.abc import Sequence
from functools import cache

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug_proxyless.operations import HEAD_FILTERS, LAYERS, ZERO, Position, kernel, positions, scaled

PLACES = np.arange(len(LAYERS))


@attrs.frozen(eq=False)
class Counts:
    """Additive tables of parameters and multiply-adds: int64 `[22, 7, 2]`, and `[2]` for what every network pays.

    Entries of operations that a layer cannot choose are 0. Multiply-adds count convolutions and the classifier;
    parameters count batch normalisation's scale and offset as well.
    """

    layers: NDArray[np.int64]
    fixed: NDArray[np.int64]

    def count(self, codes: Sequence[Sequence[int]]) -> NDArray[np.int64]:
        """Returns int64 `[n, 2]`, parameters and multiply-adds of `n` codes."""
        index = np.asarray(codes, dtype=np.intp).reshape(-1, len(LAYERS))  # [n, 22]
        counts: NDArray[np.int64] = self.layers[PLACES, index].sum(axis=1) + self.fixed
        return counts


@cache
def tabulate(width: float = 1.0, resolution: int = 224, classes: int = 1000, channels: int = 3) -> Counts:
    """Returns the tables for networks of this width, image size, number of classes and of image channels."""
    layers, head = positions(width, resolution), scaled(HEAD_FILTERS, width)
    table = np.zeros((len(LAYERS), 7, 2), np.int64)
    for number, position in enumerate(layers):
        for operation in range(min(position.layer.choices, ZERO)):
            table[number, operation] = _bottleneck(position, operation)
    stem, last = layers[0], layers[-1]
    fixed = np.array([9 * channels * stem.inputs + 2 * stem.inputs, 9 * channels * stem.inputs * stem.size**2])
    fixed += np.array([last.outputs * head + 2 * head, last.outputs * head * last.output_size**2])
    fixed += np.array([(head + 1) * classes, head * classes])
    return Counts(table, fixed)


def _bottleneck(position: Position, operation: int) -> tuple[int, int]:
    """Returns the parameters and multiply-adds of one inverted bottleneck."""
    inputs, outputs = position.inputs, position.outputs
    hidden, k = position.hidden(operation), kernel(operation)
    depthwise, project = k * k * hidden, hidden * outputs
    parameters = depthwise + project + 2 * (hidden + outputs)
    multiply_adds = (depthwise + project) * position.output_size**2
    if hidden > inputs:
        parameters += inputs * hidden + 2 * hidden
        multiply_adds += inputs * hidden * position.size**2
    return parameters, multiply_adds
