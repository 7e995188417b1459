"""Depthwise convolutions, with every way to their gradients, against TensorFlow's."""

import numpy as np
import pytest

from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.depthwise import depthwise_convolution


@pytest.fixture(autouse=True)
def _configured():
    configure()


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("k", [3, 5, 7])
@pytest.mark.parametrize(("height", "width"), [(1, 1), (2, 2), (4, 1), (3, 5), (8, 6), (10, 9)])
def test_the_depthwise_convolution_and_its_gradients_equal_tensorflows(k, stride, height, width):
    rng = np.random.default_rng(0)
    x = tf.constant(rng.standard_normal((4, height, width, 6), np.float32))
    kernel = tf.Variable(rng.standard_normal((k, k, 6, 1), np.float32))

    def results(function):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = function()
            loss = tf.reduce_sum(tf.sin(y))
        return [y, *tape.gradient(loss, [x, kernel])]

    ours = results(lambda: depthwise_convolution(x, kernel, stride))
    theirs = results(lambda: tf.nn.depthwise_conv2d(x, kernel, [1, stride, stride, 1], "SAME"))
    for a, b in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(a, b, atol=2e-4)


def gradients(x, kernel, stride, **how):
    @tf.function(autograph=False, **how)
    def differentiated(x, kernel):
        with tf.GradientTape() as tape:
            tape.watch([x, kernel])
            loss = tf.reduce_sum(tf.cast(depthwise_convolution(x, kernel, stride), tf.float32) ** 2)
        return tape.gradient(loss, [x, kernel])

    return [gradient.numpy().astype(np.float32) for gradient in differentiated(x, kernel)]


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("side", [2, 8])
def test_gradients_are_the_same_in_xla_and_nearly_so_in_bfloat16(side, stride):
    rng = np.random.default_rng(0)
    x = tf.constant(rng.standard_normal((4, side, side, 6), np.float32))
    kernel = tf.constant(rng.standard_normal((5, 5, 6, 1), np.float32))
    full = gradients(x, kernel, stride)
    for ours, compiled in zip(full, gradients(x, kernel, stride, jit_compile=True), strict=True):
        np.testing.assert_allclose(compiled, ours, atol=1e-3)
    for ours, half in zip(full, gradients(tf.cast(x, tf.bfloat16), tf.cast(kernel, tf.bfloat16), stride), strict=True):
        assert np.abs(half - ours).max() < 0.03 * np.abs(ours).max()
