"""The networks: as many parameters and multiply-adds as the block table says, and they train."""

import numpy as np
import pytest
from nasplug_proxyless import counts
from nasplug_proxyless.network import ProxylessNetwork
from nasplug_proxyless.operations import MOBILE
from nasplug_proxyless.space import Proxyless

from nasplug import Architecture
from nasplug.training import configure
from nasplug.training.backend import tf


@pytest.fixture(autouse=True)
def _configured():
    configure()


def multiply_adds(network, resolution, channels):
    """Multiply-adds of all convolutions and the classifier, read off the traced graph of one image."""
    shape = tf.TensorSpec([1, resolution, resolution, channels])
    graph = tf.function(lambda x: network(x, False), autograph=False).get_concrete_function(shape).graph
    total = 0
    for op in graph.get_operations():
        if op.type in ("Conv2D", "DepthwiseConv2dNative"):
            k, _, inputs, outputs = op.inputs[1].shape
            _, h, w, filters = op.outputs[0].shape
            total += h * w * filters * k * k * (inputs if op.type == "Conv2D" else outputs)
        elif op.type == "MatMul":  # a 1×1 convolution, or the classifier
            total += int(np.prod(op.inputs[1].shape)) * op.outputs[0].shape[0]
    return total


@pytest.mark.parametrize(("width", "resolution", "classes", "channels"), [(1.0, 224, 1000, 3), (0.25, 97, 10, 1)])
@pytest.mark.parametrize("seed", [None, 0, 1])
def test_the_network_has_the_counts_of_the_table(width, resolution, classes, channels, seed):
    code = MOBILE if seed is None else Proxyless().sample(rng=np.random.default_rng(seed)).code
    network = ProxylessNetwork(code, np.random.default_rng(0), width, classes, channels)
    expected = counts.tabulate(width, resolution, classes, channels).count([code])[0]
    assert sum(int(np.prod(v.shape)) for v in network.trainable_variables) == expected[0]
    assert multiply_adds(network, resolution, channels) == expected[1]


def test_zero_in_a_residual_layer_is_the_identity():
    with_zeros = (*MOBILE[:2], 6, 6, 6, *MOBILE[5:])
    network = ProxylessNetwork(with_zeros, np.random.default_rng(0), 0.25, 10, 1)
    assert len(network.layers) == 22 - with_zeros.count(6)
    assert network(tf.zeros([2, 32, 32, 1]), False).shape == (2, 10)


def test_build_network_is_the_same_every_time():
    space, architecture = Proxyless(), Architecture("proxyless", (0, 0, 6, 6, 6) + (0, 6, 6, 6) * 4 + (0,))
    first, second = (space.build_network(architecture=architecture) for _ in range(2))
    for a, b in zip(first.trainable_variables, second.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.slow
def test_a_training_learns_and_repeats_itself():
    space = Proxyless(task="fashion-mnist", resolution=28, epochs=1, repeats=2)
    architecture = Architecture("proxyless", (0, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0))
    first, second = (space.evaluate(architecture=architecture, purpose="search", epochs=None, seed=5) for _ in range(2))
    assert first.accuracy > 60.0
    assert (first.accuracy, first.metrics["loss"]) == (second.accuracy, second.metrics["loss"])
