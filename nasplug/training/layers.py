"""The layers that networks are built of: plain `tf.Module`s whose weights come from a numpy generator.

Weights are float32; a layer computes in the type of its input, so bfloat16 images make a bfloat16 network.
"""

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
        kernel = tf.cast(self.kernel, x.dtype)
        if kernel.shape[0] == self.stride == 1 and x.shape[0] != 1:  # one image is converted for LiteRT, which folds
            return _pointwise(x, kernel)  # normalisation into convolutions alone
        return tf.nn.conv2d(x, kernel, self.stride, "SAME")


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
        return depthwise_convolution(x, tf.cast(self.kernel, x.dtype), self.stride)


class BatchNorm(tf.Module):
    """Batch normalisation with moving averages; scale starts at 1, offset at 0.

    In training, one fused operation normalises by the batch and moves the averages. Each of several devices normalises
    by its own part of the batch, as the TPU cores of the paper's trainings by 128 images each; with `across_devices`,
    all normalise by the whole batch. Each device keeps its own averages; reading one returns the mean over devices.
    With momentum 1 the averages stay as they are, which saves their operations.
    """

    def __init__(
        self, channels: int, momentum: float = 0.99, epsilon: float = 1e-3, across_devices: bool = False
    ) -> None:
        super().__init__()
        self.momentum, self.epsilon, self.across_devices = momentum, epsilon, across_devices
        self.scale = tf.Variable(tf.ones(channels))
        self.offset = tf.Variable(tf.zeros(channels))
        self.mean, self.variance = _average(tf.zeros(channels)), _average(tf.ones(channels))

    def __call__(self, x: Any, training: bool) -> Any:
        """Returns `x` `[b, h, w, channels]` normalised per channel."""
        if training and self.across_devices and tf.distribute.get_strategy().num_replicas_in_sync > 1:
            return self._by_the_whole_batch(x)
        moving = training and self.momentum < 1.0
        averages = (self.mean, self.variance) if moving or not training else (tf.zeros(0), tf.zeros(0))
        y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
            x=x,
            scale=self.scale,
            offset=self.offset,
            mean=averages[0],
            variance=averages[1],
            epsilon=self.epsilon,
            exponential_avg_factor=1.0 - self.momentum if moving else 1.0,
            is_training=training,
        )
        if moving:
            self.mean.assign(mean)
            self.variance.assign(variance)
        return y

    def _by_the_whole_batch(self, x: Any) -> Any:
        wide = tf.cast(x, tf.float32)
        moments = tf.stack([tf.reduce_mean(wide, [0, 1, 2]), tf.reduce_mean(wide * wide, [0, 1, 2])])
        context = tf.distribute.get_replica_context()
        mean, square = tf.unstack(context.all_reduce("MEAN", moments))
        variance = square - mean * mean
        n = tf.cast(tf.size(wide) // wide.shape[-1] * context.num_replicas_in_sync, tf.float32)
        self.mean.assign(self.momentum * self.mean + (1.0 - self.momentum) * mean)
        self.variance.assign(self.momentum * self.variance + (1.0 - self.momentum) * variance * n / (n - 1.0))
        y = tf.nn.batch_normalization(wide, mean, variance, self.offset, self.scale, self.epsilon)
        return tf.cast(y, x.dtype)


def _average(start: Any) -> Any:
    """Returns a variable for moving averages. Each device keeps its own; reading it returns the mean over devices."""
    on_read, mean = tf.VariableSynchronization.ON_READ, tf.VariableAggregation.MEAN
    return tf.Variable(start, trainable=False, synchronization=on_read, aggregation=mean)


class Dense(tf.Module):
    """A fully-connected classifier: weights normal with standard deviation 0.01, bias 0."""

    def __init__(self, inputs: int, outputs: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.weights = tf.Variable(rng.standard_normal((inputs, outputs), dtype=np.float32) * np.float32(0.01))
        self.bias = tf.Variable(tf.zeros(outputs))

    def __call__(self, x: Any) -> Any:
        """Returns float32 `[b, outputs]` for `x` `[b, inputs]`."""
        return tf.linalg.matmul(tf.cast(x, tf.float32), self.weights) + self.bias


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


def random_states(network: Any) -> list[Any]:
    """Returns the variables that hold the random states of dropout, which `network.variables` leaves out."""
    dropouts = (module for module in network.submodules if isinstance(module, Dropout))
    return [dropout.generator.state for dropout in dropouts if dropout.generator is not None]
