"""Statistics estimated after a training are those of the images, whatever the moving averages say."""

import numpy as np

from nasplug.training.backend import tf
from nasplug.training.distribution import Placement
from nasplug.training.layers import BatchNorm
from nasplug.training.statistics import StatisticsPass


class TwoNorms(tf.Module):
    """Normalises, shifts and scales, and normalises again: the second layer sees what the first makes of a batch."""

    def __init__(self):
        super().__init__()
        self.first, self.second = BatchNorm(3, momentum=0.9), BatchNorm(3)

    def __call__(self, images, training):
        return self.second(3.0 * self.first(images, training) + 2.0, training)


def test_means_and_variances_are_averages_over_the_batches():
    network = TwoNorms()
    network.first.mean.assign([9.0, 9.0, 9.0])  # a moving average that lags far behind
    rng = np.random.default_rng(0)
    batches = [rng.normal(5.0, 2.0, (50, 4, 4, 3)).astype(np.float32) for _ in range(4)]
    StatisticsPass(network, tf.TensorSpec([50, 4, 4, 3], tf.float32), "float32", Placement.default()).estimate(batches)
    np.testing.assert_allclose(network.first.mean, np.mean(batches, axis=(0, 1, 2, 3)), rtol=1e-4)
    np.testing.assert_allclose(network.first.variance, np.mean([b.var((0, 1, 2)) for b in batches], 0), rtol=1e-2)
    np.testing.assert_allclose(network.second.mean, [2.0] * 3, atol=1e-3)
    np.testing.assert_allclose(network.second.variance, [9.0] * 3, rtol=1e-2)


def test_training_goes_on_with_the_momentum_of_before():
    network = TwoNorms()
    batches = [np.zeros((2, 1, 1, 3), np.float32)]
    StatisticsPass(network, tf.TensorSpec([2, 1, 1, 3], tf.float32), "float32", Placement.default()).estimate(batches)
    assert (network.first.momentum, network.second.momentum) == (0.9, 0.99)
