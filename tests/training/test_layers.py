"""Initial weights, batch normalisation and dropout."""

import numpy as np
import pytest

from nasplug.training import configure
from nasplug.training.backend import tf
from nasplug.training.layers import BatchNorm, Convolution, Dense, Depthwise, Dropout


@pytest.fixture(autouse=True)
def _configured():
    configure()


def test_he_initialisation_counts_one_channel_for_depthwise_kernels():
    rng = np.random.default_rng(0)
    depthwise = Depthwise(5, 4000, 1, rng).kernel.numpy()
    assert depthwise.std() == pytest.approx(np.sqrt(2 / 25), rel=0.02)
    convolution = Convolution(3, 64, 256, 1, rng).kernel.numpy()
    assert convolution.std() == pytest.approx(np.sqrt(2 / (9 * 64)), rel=0.02)


def test_the_classifier_starts_small_and_without_bias():
    dense = Dense(500, 100, np.random.default_rng(0))
    assert dense.weights.numpy().std() == pytest.approx(0.01, rel=0.02)
    assert not dense.bias.numpy().any()


def test_batch_normalisation_in_training_uses_the_batch_and_moves_the_averages():
    x = np.random.default_rng(0).normal(3.0, 2.0, (8, 5, 5, 2)).astype(np.float32)
    norm = BatchNorm(2, momentum=0.9, epsilon=1e-3)
    mean, variance = x.mean((0, 1, 2)), x.var((0, 1, 2))
    np.testing.assert_allclose(norm(x, True), (x - mean) / np.sqrt(variance + 1e-3), atol=1e-5)
    unbiased = variance * 200 / 199
    np.testing.assert_allclose(norm.mean.numpy(), 0.1 * mean, rtol=1e-5)
    np.testing.assert_allclose(norm.variance.numpy(), 0.9 + 0.1 * unbiased, rtol=1e-5)


def test_batch_normalisation_with_momentum_one_normalises_alike_and_keeps_its_averages():
    x = np.random.default_rng(0).normal(3.0, 2.0, (8, 5, 5, 2)).astype(np.float32)
    still = BatchNorm(2, momentum=1.0)
    np.testing.assert_array_equal(still(x, True), BatchNorm(2, momentum=0.9)(x, True))
    assert (still.mean.numpy().tolist(), still.variance.numpy().tolist()) == ([0.0, 0.0], [1.0, 1.0])


def test_batch_normalisation_in_evaluation_uses_the_averages_and_leaves_them():
    norm = BatchNorm(1, epsilon=0.5)
    norm.mean.assign([1.0])
    norm.variance.assign([3.5])
    np.testing.assert_allclose(norm(tf.fill([1, 1, 1, 1], 5.0), False), [[[[2.0]]]], rtol=1e-6)
    assert (norm.mean.numpy(), norm.variance.numpy()) == ([1.0], [3.5])


def test_dropout_zeroes_its_share_in_training_alone_and_follows_its_seed():
    x = tf.ones([100, 100])
    first, second = (Dropout(0.15, np.random.default_rng(7))(x, True).numpy() for _ in range(2))
    assert (first == 0).mean() == pytest.approx(0.15, abs=0.02)
    assert first.max() == pytest.approx(1 / 0.85)
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(Dropout(0.15, np.random.default_rng(7))(x, False), x)
