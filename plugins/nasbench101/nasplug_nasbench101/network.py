"""The network in which a cell is trained: a stem, stacks of equal cells with poolings in between, a classifier."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from nasplug.training import BatchNorm, Convolution, Dense, tf
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import KERNEL, vertex_channels
from nasplug_nasbench101.lookup import representative

Norm = Mapping[str, Any]
NORM: Norm = {"momentum": 0.997, "epsilon": 1e-5}  # google-research/nasbench, config.py


class ConvolutionNormReLU(tf.Module):
    """Convolution, batch norm, ReLU: the stem, the projections and two of the three operations."""

    def __init__(self, k: int, inputs: int, outputs: int, rng: np.random.Generator, norm: Norm) -> None:
        super().__init__()
        self.convolution = Convolution(k, inputs, outputs, 1, rng)
        self.convolution.kernel.assign(self.convolution.kernel / 2**0.5)  # the dataset's variance is 1 / fan-in
        self.norm = BatchNorm(outputs, **norm)

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, h, w, outputs]` for `x` `[b, h, w, inputs]`."""
        return tf.nn.relu(self.norm(self.convolution(x), training))


def max_pool_3x3(x: Any, training: bool) -> Any:
    """Returns the 3×3 max-pooling with stride 1, `[b, h, w, c]`, of `x` of that shape."""
    return tf.nn.max_pool2d(x, 3, 1, "SAME")


class CellModule(tf.Module):
    """One *pruned* cell (google-research/nasbench, `build_module`).

    A 1×1 convolution projects the cell's input to the channels of each vertex that uses it. An interior vertex adds up
    its predecessors, of which it takes as many channels as it has itself. The output concatenates its interior
    predecessors, and adds the projected input if it has that edge.
    """

    def __init__(self, cell: Cell, inputs: int, outputs: int, rng: np.random.Generator, norm: Norm) -> None:
        super().__init__()
        self.channels = vertex_channels(cell, inputs, outputs)
        self.sources = [[u for u in range(1, v) if cell.matrix[u][v]] for v in range(len(cell.matrix))]
        self.projections = [
            ConvolutionNormReLU(1, inputs, width, rng, norm) if edge else None
            for width, edge in zip(self.channels, cell.matrix[0], strict=True)
        ]
        self.operations = [
            ConvolutionNormReLU(KERNEL[op], width, width, rng, norm) if op in KERNEL else max_pool_3x3
            for width, op in zip(self.channels[1:-1], cell.ops, strict=True)
        ]

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, h, w, outputs]` for `x` `[b, h, w, inputs]`."""
        values = [x]
        for v, operation in enumerate(self.operations, start=1):
            width = self.channels[v]
            terms = [values[u][..., :width] for u in self.sources[v]] + self._projected(x, v, training)
            values.append(operation(_sum(terms), training))
        to_output = [values[u] for u in self.sources[-1]]
        terms = ([tf.concat(to_output, axis=-1)] if to_output else []) + self._projected(x, len(values), training)
        return _sum(terms)

    def _projected(self, x: Any, v: int, training: bool) -> list[Any]:
        projection = self.projections[v]
        return [] if projection is None else [projection(x, training)]


def _sum(terms: list[Any]) -> Any:
    return terms[0] if len(terms) == 1 else tf.add_n(terms)


class CellNetwork(tf.Module):
    """The dataset's network of a valid cell: isomorphic cells give equal networks.

    Between stacks a 2×2 max-pooling halves the images, and channels double.

    Args:
        cell: the cell, pruned or not
        channels, stacks, modules, classes: the size; see `channels.all_parameters`
        image_channels: the channels of an image
        rng: draws the kernels; None for a generator with seed 0
        norm: momentum and epsilon of batch norms
    """

    def __init__(
        self,
        cell: Cell,
        channels: int = 128,
        stacks: int = 3,
        modules: int = 3,
        classes: int = 10,
        image_channels: int = 3,
        rng: np.random.Generator | None = None,
        norm: Norm = NORM,
    ) -> None:
        super().__init__()
        rng = rng or np.random.default_rng(0)
        trained_cell, inputs = representative(cell), channels
        self.stem = ConvolutionNormReLU(3, image_channels, channels, rng, norm)
        self.stacks: list[list[CellModule]] = []
        for stack in range(stacks):
            outputs = channels << stack
            widths = [inputs] + [outputs] * (modules - 1)
            self.stacks.append([CellModule(trained_cell, width, outputs, rng, norm) for width in widths])
            inputs = outputs
        self.classifier = Dense(inputs, classes, rng)

    def __call__(self, images: Any, training: bool) -> Any:
        """Returns logits `[b, classes]` for `images` `[b, h, w, image_channels]`."""
        x = self.stem(images, training)
        for number, stack in enumerate(self.stacks):
            if number:
                x = tf.nn.max_pool2d(x, 2, 2, "VALID")
            for module in stack:
                x = module(x, training)
        return self.classifier(tf.reduce_mean(x, axis=[1, 2]))
