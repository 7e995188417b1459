"""How many channels each vertex of a cell has, and how many parameters the dataset's network has with it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import edges as bitmask
from nasplug_nasbench101.cell import Cell

KERNEL = {0: 3, 1: 1}  # operation index → kernel of its convolution; the pooling has none


def vertex_channels(cell: Cell, inputs: int, outputs: int) -> list[int]:
    """Returns the channels of the vertices of a *pruned* cell, `[n]`, given those of its input and output.

    The output's channels are shared among its interior predecessors, the first ones take the remainder; every
    other vertex has the most of its successors. (google-research/nasbench, `compute_vertex_channels`.)
    """
    n = len(cell.matrix)
    channels = [inputs] + [0] * (n - 2) + [outputs]
    ends = [v for v in range(1, n - 1) if cell.matrix[v][-1]]
    for i, v in enumerate(ends):
        channels[v] = outputs // len(ends) + (i < outputs % len(ends))
    for v in range(n - 2, 0, -1):
        if v not in ends:
            channels[v] = max(channels[w] for w in range(v + 1, n - 1) if cell.matrix[v][w])
    return channels


def count_parameters(cell: Cell, channels: int = 128, stacks: int = 3, modules: int = 3, classes: int = 10) -> int:
    """Returns the trainable parameters of the network of a *pruned* cell: kernels, batch norms and the classifier."""
    total, inputs, outputs = _convolution(3, 3, channels), channels, channels
    for stack in range(stacks):
        outputs = channels << stack
        for _ in range(modules):
            total += _cell_parameters(cell, inputs, outputs)
            inputs = outputs
    return int(total + outputs * classes + classes)


def _cell_parameters(cell: Cell, inputs: int, outputs: int) -> int:
    channels = vertex_channels(cell, inputs, outputs)
    projections = sum(_convolution(1, inputs, c) for c, edge in zip(channels, cell.matrix[0], strict=True) if edge)
    operations = zip(channels[1:-1], cell.ops, strict=True)
    return int(projections + sum(_convolution(KERNEL[op], c, c) for c, op in operations if op in KERNEL))


def _convolution(kernel: Any, inputs: Any, outputs: Any) -> Any:
    return kernel * kernel * inputs * outputs + 2 * outputs  # no bias, batch norm's scale and offset


def all_channels(codes: NDArray[np.uint8], inputs: int, outputs: int) -> NDArray[np.int64]:
    """Returns `vertex_channels` of many cells at once, `[n, 7]`, 0 at vertices not in use.

    `codes` `[n, 26]` are pruned, as in `all_codes()`: in another order of vertices the remainder goes to others.
    """
    matrices = bitmask.to_matrices(bitmask.from_codes(codes))
    ends = matrices[:, 1:-1, -1].astype(np.int64)  # [n, 5]
    count = np.maximum(ends.sum(axis=1, keepdims=True), 1)
    channels = np.zeros((len(codes), bitmask.VERTICES), np.int64)
    channels[:, 0], channels[:, -1] = inputs, outputs
    channels[:, 1:-1] = ends * (outputs // count + (np.cumsum(ends, axis=1) <= outputs % count))
    for v in range(bitmask.OUTPUT - 1, 0, -1):
        widest = (matrices[:, v, 1:-1] * channels[:, 1:-1]).max(axis=1)
        channels[:, v] = np.where(ends[:, v - 1], channels[:, v], widest)
    return channels


def all_parameters(codes: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Returns `count_parameters` of the dataset's networks of many pruned cells, `[n]` for codes `[n, 26]`."""
    from_input = codes[:, : bitmask.VERTICES - 1].astype(np.int64)  # [n, 6], edges of the first row
    kernel = np.array([KERNEL.get(op, 0) for op in range(3)])[codes[:, bitmask.SLOTS :]]  # [n, 5]
    total = np.full(len(codes), _convolution(3, 3, 128))
    inputs = 128
    for stack in range(3):
        outputs = 128 << stack
        channels = all_channels(codes, inputs, outputs)[:, 1:]  # of all vertices but the input
        convolutions = _convolution(kernel, channels[:, :-1], channels[:, :-1]) * (kernel > 0)
        for _ in range(3):
            total += (from_input * _convolution(1, inputs, channels)).sum(axis=1) + convolutions.sum(axis=1)
            inputs = outputs
    return total + outputs * 10 + 10
