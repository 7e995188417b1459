"""The embedded file holds what it says."""

import attrs
import numpy as np
import pytest

from nasplug.training.tasks import fashion_mnist

SIZES = {"train": 10_000, "validation": 10_000, "test": 3_000}


@pytest.mark.parametrize("split", SIZES)
def test_splits_are_balanced(split):
    images, labels = fashion_mnist.read_images()[split]
    assert images.shape == (SIZES[split], 28, 28)
    assert images.dtype == np.uint8
    assert np.bincount(labels).tolist() == [SIZES[split] // 10] * 10


def test_no_image_is_in_two_splits():
    images_of_splits = [{image.tobytes() for image in images} for images, _ in fashion_mnist.read_images().values()]
    assert not images_of_splits[0] & images_of_splits[1]
    assert not images_of_splits[0] & images_of_splits[2]
    assert not images_of_splits[1] & images_of_splits[2]


def test_classes_look_alike_within_and_differ_between():
    images, labels = fashion_mnist.read_images()["train"]
    test_images, test_labels = fashion_mnist.read_images()["test"]
    centres = np.stack([images[labels == c].mean(0).ravel() for c in range(10)])  # [10, 784]
    distance = ((test_images.reshape(-1, 1, 784) - centres) ** 2).sum(-1)  # [3000, 10]
    assert (distance.argmin(1) == test_labels).mean() > 0.6


@pytest.fixture(scope="module")
def few():
    """The cluttered task with a hundredth of its images."""
    task = fashion_mnist.cluttered_fashion_mnist(32)
    return attrs.evolve(task, splits={name: (i[::100], labels[::100]) for name, (i, labels) in task.splits.items()})


def test_pixels_of_the_first_epoch_of_a_search_are_standardised(few):
    [(images, labels)] = few.training_batches("search", 100, 1, seed=0)
    assert (images.shape, images.dtype, labels.dtype) == ((100, 32, 32, 1), np.float32, np.int32)
    assert images.mean() == pytest.approx(0.0, abs=1e-4)
    assert images.std() == pytest.approx(1.0, abs=1e-4)


def in_any_order(batches):
    return sorted(image.tobytes() for images, _ in batches for image in images)


def test_the_seed_decides_the_order_and_the_epoch_the_canvases(few):
    first, again, other = ([*few.training_batches("search", 50, 2, seed)] for seed in (0, 0, 1))
    np.testing.assert_array_equal(first[0][0], again[0][0])
    assert not np.array_equal(first[0][0], other[0][0])
    assert in_any_order(first[:2]) == in_any_order(other[:2]) != in_any_order(first[2:])


def test_final_trains_on_validation_images_too_and_measures_on_test_images(few):
    assert (few.training_size("search"), few.training_size("final")) == (100, 200)
    assert [len(labels) for _, labels in few.training_batches("final", 64, 1, seed=0)] == [64, 64, 64]
    for purpose, split in (("search", "validation"), ("final", "test")):
        labels = np.concatenate([labels for _, labels in few.held_out_batches(purpose, 7)])
        np.testing.assert_array_equal(labels, few.splits[split][1])


def test_canvases_are_drawn_once_for_all_trainings_but_not_more_than_memory_allows(few, monkeypatch):
    draws = []

    def drawing(images, draw):
        draws.append(draw)
        return few.canvases(images, draw)

    for kept, drawn in ((fashion_mnist.KEPT_BYTES, {0: 1, 1: 1, 2: 1}), (0, {0: 2, 1: 3, 2: 2})):
        monkeypatch.setattr(fashion_mnist, "KEPT_BYTES", kept)
        task = attrs.evolve(few, canvases=drawing)
        draws.clear()
        for seed in (0, 1):
            assert len([*task.training_batches("search", 50, 2, seed), *task.held_out_batches("search", 50)]) == 6
        assert {draw: draws.count(draw) for draw in range(3)} == drawn


def test_a_search_of_the_quick_task_sees_the_cluttered_images_and_validates_on_two_thousand():
    quick, cluttered = fashion_mnist.quick_fashion_mnist(32), fashion_mnist.cluttered_fashion_mnist(32)
    for purpose, held_out in (("search", 2_000), ("final", 3_000)):
        first, same = (next(task.training_batches(purpose, 8, 1, seed=0)) for task in (quick, cluttered))
        np.testing.assert_array_equal(first[0], same[0])
        assert quick.training_size(purpose) == cluttered.training_size(purpose)
        assert sum(len(labels) for _, labels in quick.held_out_batches(purpose)) == held_out


def test_plain_objects_are_in_the_middle_of_a_black_canvas():
    images = np.full((1, 28, 28), 200, np.uint8)
    (canvas,) = fashion_mnist.fashion_mnist(33).canvases(images, 1)
    assert canvas.shape == (33, 33)
    assert canvas.sum(dtype=int) == canvas[2:30, 2:30].sum(dtype=int) == 28 * 28 * 200


@pytest.mark.parametrize(("resolution", "fragments"), [(28, 1), (32, 1), (64, 4)])
def test_a_fragment_lies_on_every_32_by_32_pixels(monkeypatch, resolution, fragments):
    calls = []
    monkeypatch.setattr(fashion_mnist, "cluttered", lambda *arguments: calls.append(arguments))
    fashion_mnist.cluttered_fashion_mnist(resolution).canvases("images", 3)
    [(images, size, count, rng)] = calls
    assert (images, size, count) == ("images", resolution, fragments)
    assert rng.random() == np.random.default_rng(3).random()
