"""The embedded part of Fashion-MNIST: 16,000 images of 10 classes, made by scripts/make_fashion_mnist.py."""

from functools import cache
from importlib.resources import as_file, files

import numpy as np
from numpy.typing import NDArray

SPLITS = ("train", "validation", "test")
Split = tuple[NDArray[np.uint8], NDArray[np.int32]]


@cache
def load() -> dict[str, Split]:
    """Returns images uint8 `[n, 28, 28]` and labels int32 `[n]` of the splits `train`, `validation` and `test`.

    The splits are balanced and disjoint; validation comes from the official training set, test from the official test
    set. The arrays are read-only, because every training of a process shares them.
    """
    with as_file(files("nasplug.training.tasks").joinpath("fashion_mnist.npz")) as path, np.load(path) as archive:
        splits = {split: (archive[f"{split}_images"], archive[f"{split}_labels"].astype(np.int32)) for split in SPLITS}
    for images, labels in splits.values():
        images.flags.writeable = labels.flags.writeable = False
    return splits
