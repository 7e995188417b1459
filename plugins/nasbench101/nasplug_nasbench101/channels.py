"""How many channels each vertex of a cell has, and how many parameters the dataset's network of a cell has.

The rule is that of google-research/nasbench, `compute_vertex_channels`. It depends on the order of the vertices: see
`enumeration`.
"""

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nasplug_nasbench101 import bitmask
from nasplug_nasbench101.cache import cached_bytes
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.enumeration import all_codes

KERNEL = {0: 3, 1: 1}  # operation → size of its convolution's kernel; the pooling has none
PARAMETERS_SHA256 = "cdcbf5af5a993cf45edefab06ceb3c0d50ddddeb620f3e2dc98e05d6627afa83"  # of the counts as bytes


def vertex_channels(cell: Cell, inputs: int, outputs: int) -> list[int]:
    """Returns the channels `[n]` of the vertices of a *pruned* cell; see `all_channels`."""
    channels: list[int] = all_channels(np.array([cell.code], np.uint8), inputs, outputs)[0].tolist()
    return [*channels[: len(cell.matrix) - 1], channels[-1]]


def all_channels(codes: NDArray[np.uint8], inputs: int, outputs: int) -> NDArray[np.int64]:
    """Returns the channels `[n, 7]` of the vertices of *pruned* cells, codes `[n, 26]`; 0 at vertices not in use.

    A cell's input has `inputs` channels and its output `outputs`, which are shared equally among the interior vertices
    with an edge to it; the first of these get one more where they do not divide evenly. Every other vertex has as many
    channels as its widest successor.
    """
    matrices = bitmask.to_matrices(bitmask.from_codes(codes))
    to_output = matrices[:, 1:-1, -1].astype(np.int64)  # [n, 5]
    count = np.maximum(to_output.sum(axis=1, keepdims=True), 1)
    channels = np.zeros((len(codes), bitmask.VERTICES), np.int64)
    channels[:, 0], channels[:, -1] = inputs, outputs
    channels[:, 1:-1] = to_output * (outputs // count + (np.cumsum(to_output, axis=1) <= outputs % count))
    for v in range(bitmask.OUTPUT - 1, 0, -1):
        widest = (matrices[:, v, 1:-1] * channels[:, 1:-1]).max(axis=1)
        channels[:, v] = np.where(to_output[:, v - 1], channels[:, v], widest)
    return channels


def count_parameters(cell: Cell, **size: int) -> int:
    """Returns the trainable parameters of the network of a *pruned* cell; `size` as in `all_parameters`."""
    return int(all_parameters(np.array([cell.code], np.uint8), **size)[0])


def all_parameters(
    codes: NDArray[np.uint8],
    channels: int = 128,
    stacks: int = 3,
    modules: int = 3,
    classes: int = 10,
    image_channels: int = 3,
) -> NDArray[np.int64]:
    """Returns the trainable parameters `[n]` of the networks of *pruned* cells: kernels, batch norms, classifier.

    Args:
        codes: the cells, `[n, 26]`
        channels: the channels of the stem and of the first stack; they double from stack to stack
        stacks: how many stacks the network has
        modules: how many times each stack repeats the cell
        classes: how many classes the classifier tells apart
        image_channels: the channels of an image
    """
    from_input = codes[:, : bitmask.VERTICES - 1].astype(np.int64)  # [n, 6], edges of the first row
    kernel = np.array([KERNEL.get(op, 0) for op in range(3)])[codes[:, bitmask.SLOTS :]]  # [n, 5]
    total = np.full(len(codes), _convolution(3, image_channels, channels))
    inputs = outputs = channels
    for stack in range(stacks):
        outputs = channels << stack
        widths = all_channels(codes, inputs, outputs)[:, 1:]  # [n, 6], of all vertices but the input
        operations = _convolution(kernel, widths[:, :-1], widths[:, :-1]) * (kernel > 0)
        for _ in range(modules):
            total += (from_input * _convolution(1, inputs, widths)).sum(axis=1) + operations.sum(axis=1)
            inputs = outputs
    return total + outputs * classes + classes


def _convolution(kernel: Any, inputs: Any, outputs: Any) -> Any:
    return kernel * kernel * inputs * outputs + 2 * outputs  # no bias, batch norm's scale and offset


@lru_cache(maxsize=1)
def dataset_parameters() -> NDArray[np.int32]:
    """Returns the parameters `[423624]` of the networks of `all_codes()`: from the cache folder, or in a second."""
    return cached_bytes("nasbench101_parameters.bin", _count_all, PARAMETERS_SHA256).view(np.int32)


def _count_all() -> NDArray[np.uint8]:
    return all_parameters(all_codes()).astype(np.int32).view(np.uint8)
