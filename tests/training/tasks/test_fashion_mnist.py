"""The embedded file holds what it says."""

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
    seen = [{image.tobytes() for image in images} for images, _ in fashion_mnist.read_images().values()]
    assert not seen[0] & seen[1]
    assert not seen[0] & seen[2]
    assert not seen[1] & seen[2]


def test_classes_look_alike_within_and_differ_between():
    images, labels = fashion_mnist.read_images()["train"]
    test_images, test_labels = fashion_mnist.read_images()["test"]
    centres = np.stack([images[labels == c].mean(0).ravel() for c in range(10)])  # [10, 784]
    distance = ((test_images.reshape(-1, 1, 784) - centres) ** 2).sum(-1)  # [3000, 10]
    assert (distance.argmin(1) == test_labels).mean() > 0.6
