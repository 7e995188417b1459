"""The network of an architecture: stem, 22 searched layers, head (tunas; arXiv 1912.00848, supplementary material)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nasplug.training import BatchNorm, Convolution, Dense, Depthwise, Dropout, tf
from nasplug_proxyless.operations import HEAD_FILTERS, ZERO, Position, check, kernel, positions, scaled


class ConvNormRelu(tf.Module):
    """A k×k convolution, batch normalisation, ReLU; `norm` holds the constants of batch normalisation."""

    def __init__(
        self, k: int, inputs: int, outputs: int, stride: int, norm: dict[str, Any], rng: np.random.Generator
    ) -> None:
        super().__init__()
        self.convolution, self.norm = Convolution(k, inputs, outputs, stride, rng), BatchNorm(outputs, **norm)

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, h / stride, w / stride, outputs]` for `x` `[b, h, w, inputs]`."""
        return tf.nn.relu(self.norm(self.convolution(x), training))


class InvertedBottleneck(tf.Module):
    """1×1 expansion, depthwise convolution, linear 1×1 projection, each followed by batch normalisation.

    There is no expansion at ratio 1. The input is added in every layer that is not the first of its block.
    """

    def __init__(self, position: Position, operation: int, norm: dict[str, Any], rng: np.random.Generator) -> None:
        super().__init__()
        layer, inputs, hidden = position.layer, position.inputs, position.hidden(operation)
        self.residual = not layer.first
        self.expand = ConvNormRelu(1, inputs, hidden, 1, norm, rng) if hidden > inputs else None
        self.depthwise = Depthwise(kernel(operation), hidden, layer.stride, rng)
        self.depthwise_norm = BatchNorm(hidden, **norm)
        self.project = Convolution(1, hidden, position.outputs, 1, rng)
        self.project_norm = BatchNorm(position.outputs, **norm)

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, h / stride, w / stride, outputs]` for `x` `[b, h, w, inputs]`."""
        y = self.expand(x, training) if self.expand else x
        y = tf.nn.relu(self.depthwise_norm(self.depthwise(y), training))
        y = self.project_norm(self.project(y), training)
        return x + y if self.residual else y


class ProxylessNetwork(tf.Module):
    """A network of the space: images float32 `[b, h, w, channels]` to logits float32 `[b, classes]`.

    `width` multiplies all filters; `norm` holds the constants of batch normalisation; initial weights come from `rng`
    alone. Raises `InvalidArchitecture` for a code that is not in the space.
    """

    def __init__(
        self,
        code: Sequence[int],
        rng: np.random.Generator,
        width: float = 1.0,
        classes: int = 1000,
        channels: int = 3,
        dropout: float = 0.0,
        norm: dict[str, Any] | None = None,
    ) -> None:
        super().__init__()
        check(code)
        norm = norm or {}
        layers, head = positions(width, resolution=224), scaled(HEAD_FILTERS, width)  # weights need no resolution
        self.stem = ConvNormRelu(3, channels, layers[0].inputs, 2, norm, rng)
        self.layers = [
            InvertedBottleneck(position, operation, norm, rng)
            for position, operation in zip(layers, code, strict=True)
            if operation != ZERO
        ]
        self.head = ConvNormRelu(1, layers[-1].outputs, head, 1, norm, rng)
        self.dropout = Dropout(dropout, rng)
        self.classifier = Dense(head, classes, rng)

    def __call__(self, images: Any, training: bool) -> Any:
        """Returns logits `[b, classes]` for `images` `[b, h, w, channels]`."""
        x = self.stem(images, training)
        for layer in self.layers:
            x = layer(x, training)
        x = tf.reduce_mean(tf.cast(self.head(x, training), tf.float32), axis=[1, 2])  # [b, head]
        return self.classifier(self.dropout(x, training))
