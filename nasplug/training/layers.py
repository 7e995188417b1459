"""The layers that networks are built of: plain `tf.Module`s whose weights come from a numpy generator."""

from typing import Any

import numpy as np

from nasplug.training.backend import tf
from nasplug.training.depthwise import depthwise_convolution


def he_normal(shape: tuple[int, ...], fan_in: int, rng: np.random.Generator) -> Any:
    """Returns a trainable variable of normal values with variance 2 / fan_in (He et al., arXiv 1502.01852)."""
    return tf.Variable(rng.standard_normal(shape, dtype=np.float32) * np.float32(np.sqrt(2.0 / fan_in)))


class Convolution(tf.Module):
    """A k×k convolution without bias, SAME padding."""

    def __init__(self, k: int, inputs: int, outputs: int, stride: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.kernel = he_normal((k, k, inputs, outputs), k * k * inputs, rng)
        self.stride = stride

    def __call__(self, x: Any) -> Any:
        """Returns `[b, h / stride, w / stride, outputs]` for `x` `[b, h, w, inputs]`."""
        if self.kernel.shape[0] == self.stride == 1:
            return _pointwise(x, self.kernel)
        return tf.nn.conv2d(x, self.kernel, self.stride, "SAME")


def _pointwise(x: Any, kernel: Any) -> Any:
    """Returns a 1×1 convolution as the matrix product that it is, whose gradients are cheaper on a CPU."""
    _, h, w, inputs = x.shape
    y = tf.linalg.matmul(tf.reshape(x, [-1, inputs]), tf.reshape(kernel, [inputs, -1]))
    return tf.reshape(y, [-1, h, w, kernel.shape[-1]])


class Depthwise(tf.Module):
    """A k×k depthwise convolution without bias, SAME padding. Its fan-in is k·k: a filter sees one channel."""

    def __init__(self, k: int, channels: int, stride: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.kernel = he_normal((k, k, channels, 1), k * k, rng)
        self.stride = stride

    def __call__(self, x: Any) -> Any:
        """Returns `[b, h / stride, w / stride, channels]` for `x` `[b, h, w, channels]`."""
        return depthwise_convolution(x, self.kernel, self.stride)


class BatchNorm(tf.Module):
    """Batch normalisation with moving averages; scale starts at `scale`, offset at 0.

    In training one fused operation normalises by the batch and moves the averages.
    """

    def __init__(self, channels: int, momentum: float = 0.99, epsilon: float = 1e-3, scale: float = 1.0) -> None:
        super().__init__()
        self.momentum, self.epsilon = momentum, epsilon
        self.scale = tf.Variable(tf.fill([channels], scale))
        self.offset = tf.Variable(tf.zeros(channels))
        self.mean = tf.Variable(tf.zeros(channels), trainable=False)
        self.variance = tf.Variable(tf.ones(channels), trainable=False)

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `x` `[b, h, w, channels]` normalised per channel."""
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=self.scale,
            offset=self.offset,
            mean=self.mean,
            variance=self.variance,
            epsilon=self.epsilon,
            exponential_avg_factor=1.0 - self.momentum if training else 1.0,
            is_training=training,
        )
        if training:
            self.mean.assign(mean)
            self.variance.assign(variance)
        return y


class Dense(tf.Module):
    """A fully-connected classifier: weights normal with standard deviation 0.01, bias 0."""

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.weights = tf.Variable(rng.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(0.01))
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x: Any) -> Any:
        """Returns `[b, outputs]` for `x` `[b, inputs]`."""
        return tf.linalg.matmul(x, self.weights) + self.bias


class Dropout(tf.Module):
    """Zeroes a share `rate` of the features in training and scales the others up; its random state is its own."""

    def __init__(self, rate: float, rng: np.random.Generator) -> None:
        super().__init__()
        self.rate = rate
        self.generator = tf.random.Generator.from_seed(int(rng.integers(2**31))) if rate else None

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `[b, features]` for `x` `[b, features]`."""
        if not training or self.generator is None:
            return x
        kept = self.generator.uniform(tf.shape(x)) >= self.rate
        return tf.where(kept, x / (1.0 - self.rate), 0.0)
