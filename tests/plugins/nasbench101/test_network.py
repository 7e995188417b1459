"""The cell network: its parameters are those that are counted, and every kind of cell runs."""

import numpy as np
import pytest
from nasbench101_official import INCEPTION
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import count_parameters
from nasplug_nasbench101.lookup import representative
from nasplug_nasbench101.sampling import sample

backend = pytest.importorskip("nasplug.training.backend")
backend.configure()
tf = backend.tf
network = pytest.importorskip("nasplug_nasbench101.network")


def parameters(module: object) -> int:
    return sum(int(np.prod(v.shape)) for v in module.trainable_variables)  # type: ignore[attr-defined]


def test_inception_like_cell_has_its_published_size() -> None:
    assert parameters(network.CellNetwork(Cell(*INCEPTION))) == 2_694_282


def test_networks_have_the_parameters_that_are_counted() -> None:
    rng = np.random.default_rng(0)
    for _ in range(12):
        cell = Cell.from_code(sample(rng).code)
        size = {"channels": 10, "stacks": 2, "modules": 2}
        assert parameters(network.CellNetwork(cell, **size)) == count_parameters(representative(cell), **size)


def test_logits_have_one_entry_a_class() -> None:
    rng = np.random.default_rng(1)
    images = tf.constant(rng.random((2, 8, 8, 1), np.float32))
    for _ in range(6):
        net = network.CellNetwork(Cell.from_code(sample(rng).code), channels=7, stacks=2, modules=1, image_channels=1)
        for training in (True, False):
            logits = net(images, training)
            assert logits.shape == (2, 10)
            assert np.isfinite(logits).all()


def test_a_cell_of_two_vertices_is_a_projection() -> None:
    module = network.CellModule(Cell([[0, 1], [0, 0]], []), 4, 6, np.random.default_rng(0), network.NORM)
    x = tf.constant(np.random.default_rng(1).random((1, 3, 3, 4), np.float32))
    np.testing.assert_array_equal(module(x, False), module.projections[1](x, False))


def test_interior_inputs_are_truncated_and_added_and_the_outputs_concatenated() -> None:
    """0→1, 0→2, 1→2, 1→3, 2→3 with 5 channels: vertex 1 has 3, vertex 2 has 2 and takes vertex 1's first two."""
    cell = Cell([[0, 1, 1, 0], [0, 0, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]], [2, 2])
    module = network.CellModule(cell, 4, 5, np.random.default_rng(0), network.NORM)
    x = tf.constant(np.random.default_rng(1).random((1, 4, 4, 4), np.float32))
    first = tf.nn.max_pool2d(module.projections[1](x, False), 3, 1, "SAME")
    second = tf.nn.max_pool2d(first[..., :2] + module.projections[2](x, False), 3, 1, "SAME")
    np.testing.assert_allclose(module(x, False), tf.concat([first, second], -1), rtol=1e-6)


def test_the_same_generator_gives_the_same_weights() -> None:
    cell = Cell(*INCEPTION)
    first, again, other = (
        network.CellNetwork(cell, channels=8, modules=1, rng=np.random.default_rng(seed)) for seed in (3, 3, 4)
    )
    for a, b in zip(first.trainable_variables, again.trainable_variables, strict=True):
        np.testing.assert_array_equal(a, b)
    assert not np.array_equal(first.stem.convolution.kernel, other.stem.convolution.kernel)


def test_kernels_have_the_datasets_variance() -> None:
    convolution = network.ConvolutionNormReLU(3, 64, 256, np.random.default_rng(0), network.NORM).convolution
    assert np.var(convolution.kernel) == pytest.approx(1 / (3 * 3 * 64), rel=0.05)
