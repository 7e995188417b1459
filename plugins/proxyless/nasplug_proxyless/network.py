"""The network of an architecture: stem, 22 searched layers, head (tunas; arXiv 1912.00848, supplementary material)."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nasplug.training.backend import tf
from nasplug.training.layers import BatchNorm, Convolution, Dense, Depthwise, Dropout
from nasplug_proxyless.operations import (
    HEAD_FILTERS,
    LAYERS,
    STEM_FILTERS,
    ZERO,
    Layer,
    check,
    expansion,
    kernel,
    scaled,
)


class InvertedBottleneck(tf.Module):
    """1×1 expansion, depthwise convolution, linear 1×1 projection, each followed by batch normalisation.

    There is no expansion at ratio 1. The input is added in every layer that is not the first of its block.
    """

    def __init__(
        self, layer: Layer, operation: int, inputs: int, outputs: int, norm: dict[str, Any], rng: np.random.Generator
    ) -> None:
        super().__init__()
        hidden = inputs * expansion(layer, operation)
        self.residual = layer.residual
        self.expand = conv_norm_relu(1, inputs, hidden, 1, norm, rng) if hidden > inputs else None
        self.depthwise = Depthwise(kernel(operation), hidden, layer.stride, rng)
        self.depthwise_norm = BatchNorm(hidden, **norm)
        self.project = Convolution(1, hidden, outputs, 1, rng)
        self.project_norm = BatchNorm(outputs, **norm)

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, h / stride, w / stride, outputs]` for `x` `[b, h, w, inputs]`."""
        y = self.expand(x, training) if self.expand else x
        y = tf.nn.relu(self.depthwise_norm(self.depthwise(y), training))
        y = self.project_norm(self.project(y), training)
        return x + y if self.residual else y


class ConvNormRelu(tf.Module):
    """Convolution, batch normalisation, ReLU."""

    def __init__(self, convolution: Convolution, norm: BatchNorm) -> None:
        super().__init__()
        self.convolution, self.norm = convolution, norm

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, h / stride, w / stride, outputs]` for `x` `[b, h, w, inputs]`."""
        return tf.nn.relu(self.norm(self.convolution(x), training))


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
        inputs = scaled(STEM_FILTERS, width)
        self.stem = conv_norm_relu(3, channels, inputs, 2, norm, rng)
        self.layers = []
        for layer, operation in zip(LAYERS, code, strict=True):
            outputs = scaled(layer.filters, width)
            if operation != ZERO:
                self.layers.append(InvertedBottleneck(layer, operation, inputs, outputs, norm, rng))
            inputs = outputs
        head = scaled(HEAD_FILTERS, width)
        self.head = conv_norm_relu(1, inputs, head, 1, norm, rng)
        self.dropout = Dropout(dropout, rng)
        self.classifier = Dense(head, classes, rng)

    def __call__(self, images: Any, training: bool) -> Any:
        """Returns logits `[b, classes]` for `images` `[b, h, w, channels]`."""
        x = self.stem(images, training)
        for layer in self.layers:
            x = layer(x, training)
        x = tf.reduce_mean(tf.cast(self.head(x, training), tf.float32), axis=[1, 2])  # [b, head]
        return self.classifier(self.dropout(x, training))


def conv_norm_relu(
    k: int, inputs: int, outputs: int, stride: int, norm: dict[str, Any], rng: np.random.Generator
) -> ConvNormRelu:
    """Returns a k×k convolution with what follows it; `norm` holds the constants of batch normalisation."""
    return ConvNormRelu(Convolution(k, inputs, outputs, stride, rng), BatchNorm(outputs, **norm))
