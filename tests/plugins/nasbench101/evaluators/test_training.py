"""Real training: the task, the recipe, and that a network learns."""

from pathlib import Path

import numpy as np
import pytest
from nasplug_nasbench101 import cifar10
from nasplug_nasbench101.evaluators.training import HalfResolution, TrainingEvaluator

import nasplug
from nasplug import Architecture

DIRECT = Architecture("nasbench101", (0, 0, 0, 0, 0, 1) + (0,) * 20)  # input → output, nothing else


class Images:
    """A task of four images of 4×4 pixels and two channels."""

    resolution, channels, classes = 4, 2, 10
    images = np.arange(128, dtype=np.float32).reshape(4, 4, 4, 2)

    def held_out_batches(self, purpose):  # type: ignore[no-untyped-def]
        yield self.images, np.arange(4)

    def training_batches(self, purpose, batch, epochs, seed):  # type: ignore[no-untyped-def]
        yield self.images[:batch], np.arange(batch)


def test_at_half_resolution_pixels_are_means_of_four() -> None:
    task = HalfResolution(Images())
    images, labels = next(iter(task.held_out_batches("search")))
    assert images.shape == (4, task.resolution, task.resolution, task.channels) == (4, 2, 2, 2)
    np.testing.assert_allclose(images[3, 1, 0], Images.images[3, 2:4, 0:2].mean(axis=(0, 1)))
    np.testing.assert_array_equal(labels, np.arange(4))
    images, labels = next(iter(task.training_batches("search", 3, 1, 0)))
    np.testing.assert_allclose(images[2, 0, 1], Images.images[2, 0:2, 2:4].mean(axis=(0, 1)))
    np.testing.assert_array_equal(labels, np.arange(3))


def test_the_embedded_task_is_fashion_mnist_at_half_resolution(few_images: None) -> None:
    task = TrainingEvaluator().task
    assert (task.resolution, task.channels, task.classes) == (14, 1, 10)


def test_the_recipe_is_the_datasets_on_cifar10_only(tmp_path: Path) -> None:
    recipe = TrainingEvaluator(tmp_path).recipe
    assert (recipe.batch, recipe.learning_rate, recipe.epsilon, recipe.norm_momentum) == (256, 0.2, 1.0, 0.997)
    assert recipe.epochs_for("search") == recipe.epochs_for("final") == 108
    small = TrainingEvaluator().recipe
    assert (small.batch, small.learning_rate, small.epsilon, small.norm_momentum) == (50, 0.1, 1.0, 0.9)
    assert small.epochs_for("search") == small.epochs_for("final") == 2


@pytest.mark.slow
def test_training_is_real_and_a_function_of_its_arguments() -> None:
    space = nasplug.space("nasbench101", evaluator="train", channels=8, stacks=1, epochs=1)
    first = space.evaluate(architecture=DIRECT, purpose="search", epochs=None, seed=1)
    again = space.evaluate(architecture=DIRECT, purpose="search", epochs=None, seed=1)
    assert first.source == "trained"
    assert first.accuracy == again.accuracy
    assert first.accuracy > 25  # ten classes: guessing gives 10
    network = space.build_network(architecture=DIRECT)
    assert first.metrics["parameters"] == sum(int(np.prod(v.shape)) for v in network.trainable_variables)


@pytest.mark.slow
def test_a_cell_learns_from_a_folder_of_cifar10(tmp_path: Path) -> None:
    """Images whose brightness tells their class, five epochs of the dataset's recipe on a small network."""
    for seed, name in enumerate(name for names in cifar10.FILES.values() for name in names):
        labels = np.random.default_rng(seed).integers(10, size=256)
        images = np.repeat((25 * labels)[:, None], 3072, axis=1)
        (tmp_path / f"{name}.bin").write_bytes(np.c_[labels, images].astype(np.uint8).tobytes())
    space = nasplug.space("nasbench101", evaluator="train", data=tmp_path, channels=8, stacks=1, modules=1)
    architecture = Architecture("nasbench101", (1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1) + (0,) * 15)
    evaluation = space.evaluate(architecture=architecture, purpose="search", epochs=5, seed=0)
    assert evaluation.metrics["steps"] == 5 * 1024 // 256
    assert evaluation.metrics["training_loss"] < 2.2  # ten classes at random: 2.30
    assert evaluation.source == "trained"
