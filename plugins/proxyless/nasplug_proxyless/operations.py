"""The 22 searched layers and their seven operations (supplementary material of arXiv 1912.00848; tunas)."""

from collections.abc import Sequence
from itertools import groupby

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug import InvalidArchitecture

KERNELS = (3, 5, 7)
ZERO = 6
OPERATIONS = 7  # kernels 3, 5 and 7 with expansion 3, the same with expansion 6, zero
STEM_FILTERS, HEAD_FILTERS = 32, 1280

# filters, layers, stride of the first layer
BLOCKS = ((16, 1, 1), (32, 4, 2), (40, 4, 2), (80, 4, 2), (96, 4, 1), (192, 4, 2), (320, 1, 1))


@attrs.frozen
class Layer:
    """One searched layer: its block (1 to 7), filters at width 1, stride, and the number of its operations."""

    block: int
    filters: int
    stride: int
    first: bool
    choices: int


LAYERS = tuple(
    Layer(block, filters, stride if i == 0 else 1, i == 0, 3 if block == 1 else 6 if i == 0 else 7)
    for block, (filters, count, stride) in enumerate(BLOCKS, start=1)
    for i in range(count)
)
CHOICES: NDArray[np.int64] = np.array([layer.choices for layer in LAYERS])
MOBILE = (0, 1, 0, 6, 6, 2, 0, 1, 1, 5, 1, 1, 1, 4, 1, 1, 1, 5, 5, 2, 2, 5)  # ProxylessNAS-mobile


def kernel(operation: int) -> int:
    """Returns the width of the depthwise kernel of an inverted bottleneck."""
    return KERNELS[operation % 3]


def expansion(layer: Layer, operation: int) -> int:
    """Returns the expansion ratio of an inverted bottleneck: 3 or 6, and always 1 in block 1."""
    if layer.block == 1:
        return 1
    return 3 if operation < 3 else 6


@attrs.frozen
class Position:
    """A searched layer within a network: its channels, and the pixels of its input's side."""

    layer: Layer
    inputs: int
    outputs: int
    size: int

    @property
    def output_size(self) -> int:
        """The pixels of the output's side."""
        return output_pixels(self.size, self.layer.stride)

    def hidden(self, operation: int) -> int:
        """Returns the channels of the depthwise convolution."""
        return self.inputs * expansion(self.layer, operation)

    def key(self, operation: int) -> tuple[int | bool, ...]:
        """Returns a value that is equal for two blocks if they take equally long."""
        return (self.layer.block, self.layer.first, self.inputs, self.outputs, self.size, operation)


def positions(width: float, resolution: int) -> list[Position]:
    """Returns the positions of the 22 layers in networks of this width, for images of `resolution` pixels."""
    size, inputs, layers = output_pixels(resolution, 2), scaled(STEM_FILTERS, width), []
    for layer in LAYERS:
        outputs = scaled(layer.filters, width)
        layers.append(Position(layer, inputs, outputs, size))
        inputs, size = outputs, layers[-1].output_size
    return layers


def by_block(code: Sequence[int]) -> list[list[tuple[Layer, int]]]:
    """Returns the layers with their operations, block by block."""
    pairs = zip(LAYERS, code, strict=True)
    return [list(layers) for _, layers in groupby(pairs, key=lambda pair: pair[0].block)]


def canonical_text(code: Sequence[int]) -> str:
    """Returns a text that equal networks share: within a block, it does not matter which layers are zero."""
    return "/".join(",".join(str(op) for _, op in layers if op != ZERO) for layers in by_block(code))


def output_pixels(size: int, stride: int) -> int:
    """Returns the pixels of an output's side, given those of the input's side; SAME padding rounds up."""
    return -(-size // stride)


def check(code: Sequence[int]) -> None:
    """Raises `InvalidArchitecture`, naming the layer (counted from 0), where `code` is not in the space."""
    if len(code) != len(LAYERS):
        raise InvalidArchitecture(
            f"A proxyless architecture has {len(LAYERS)} integers, one for each layer; this one has {len(code)}. "
            f"ProxylessNAS-mobile, for example, is {','.join(map(str, MOBILE))}."
        )
    for index, (operation, layer) in enumerate(zip(code, LAYERS, strict=True)):
        if layer.first and operation == ZERO:
            raise InvalidArchitecture(
                f"Layer {index} is the first of block {layer.block} and cannot be zero (6): "
                f"choose 0 to {layer.choices - 1}."
            )
        if not 0 <= operation < layer.choices:
            raise InvalidArchitecture(
                f"Layer {index} (block {layer.block}) has operations 0 to {layer.choices - 1}, not {operation}."
            )


def scaled(filters: int, width: float, divisor: int = 8) -> int:
    """Returns `filters` times `width` as a multiple of 8, at least 8 and never below 90 % (MobileNetV2's rule)."""
    rounded = max(divisor, int(filters * width + divisor / 2) // divisor * divisor)
    return rounded + divisor if rounded < 0.9 * filters * width else rounded
