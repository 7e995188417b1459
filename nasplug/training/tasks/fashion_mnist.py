"""Fashion-MNIST, plain and cluttered: tasks whose images are part of the distribution."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, cached_property, lru_cache
from importlib.resources import as_file, files

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.errors import ConfigurationError
from nasplug.training.tasks.canvases import Images, centred, cluttered
from nasplug.types import Purpose

SPLITS = ("train", "validation", "test")
SIDE = 28  # pixels of an object
FRAGMENTS_PER_PIXEL = 1 / 32**2
KEPT_BYTES = 2**27  # of canvases that a task keeps for further trainings: six epochs at 32 pixels
Split = tuple[Images, NDArray[np.int32]]  # images [n, 28, 28], labels [n]
Batch = tuple[NDArray[np.float32], NDArray[np.int32]]  # images [b, r, r, channels], labels [b]


def fashion_mnist(resolution: int) -> "ArrayTask":
    """Fashion-MNIST objects of 28×28 pixels, centred, black around them."""
    return ArrayTask(read_images(), resolution, lambda images, draw: centred(images, resolution))


def cluttered_fashion_mnist(resolution: int) -> "ArrayTask":
    """Fashion-MNIST objects of 28×28 pixels at a random place of a larger canvas, among 9×9 fragments of others."""
    fragments = round(FRAGMENTS_PER_PIXEL * resolution**2)

    def canvases(images: Images, draw: int) -> Images:
        return cluttered(images, resolution, fragments, np.random.default_rng(draw))

    return ArrayTask(read_images(), resolution, canvases)


def quick_fashion_mnist(resolution: int) -> "ArrayTask":
    """Cluttered Fashion-MNIST with 2,000 validation images in a search, whose networks are scored while they learn."""
    return attrs.evolve(cluttered_fashion_mnist(resolution), validation_size=2_000)


@cache
def read_images() -> dict[str, Split]:
    """Returns images uint8 `[n, 28, 28]` and labels int32 `[n]` of the splits `train`, `validation` and `test`.

    scripts/make_fashion_mnist.py says which images they are. The arrays are read-only, as all trainings share them.
    """
    with as_file(files("nasplug.training.tasks").joinpath("fashion_mnist.npz")) as path, np.load(path) as archive:
        splits = {split: (archive[f"{split}_images"], archive[f"{split}_labels"].astype(np.int32)) for split in SPLITS}
    for images, labels in splits.values():
        images.flags.writeable = labels.flags.writeable = False
    return splits


def training_splits(purpose: Purpose) -> tuple[str, ...]:
    """Returns the splits that a training for `purpose` learns from."""
    return ("train", "validation") if purpose == "final" else ("train",)


def _check_resolution(_: object, __: object, resolution: int) -> None:
    if resolution < SIDE:
        raise ConfigurationError(f"Fashion-MNIST needs a resolution of at least {SIDE} pixels, got {resolution}")


@attrs.frozen(eq=False)
class ArrayTask:
    """A task whose images are in memory and are drawn on canvases of `resolution` pixels.

    The canvases of epoch e are the same in all trainings: a difference between two networks never comes from different
    canvases. The seed of a training only decides the order of the images. `canvases` returns uint8 `[n, r, r]` for
    images `[n, 28, 28]` and a number that its random places depend on: 0 for held-out images, 1 + e for epoch e. It is
    called once for all trainings, as far as memory allows (`KEPT_BYTES`). A search is validated on the first
    `validation_size` images, or on all.
    """

    splits: Mapping[str, Split]
    resolution: int = attrs.field(validator=_check_resolution)
    canvases: Callable[[Images, int], Images]
    classes: int = 10
    channels: int = 1
    validation_size: int | None = None

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""
        return len(self._labels(training_splits(purpose)))

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Batch]:
        """Yields `epochs * (training_size // batch)` batches; the rest of each epoch is dropped."""
        labels = self._labels(training_splits(purpose))
        for epoch in range(epochs):
            canvases = self._drawn(training_splits(purpose), 1 + epoch)
            order = np.random.default_rng((seed, epoch)).permutation(len(labels))
            for chosen in order[: len(order) // batch * batch].reshape(-1, batch):
                yield self._standardised(canvases[chosen]), labels[chosen]

    def held_out_batches(self, purpose: Purpose, batch: int = 250) -> Iterator[Batch]:
        """Yields the held-out images, `batch` at a time."""
        held_out = ("test" if purpose == "final" else "validation",)
        size = None if purpose == "final" else self.validation_size
        labels, canvases = self._labels(held_out)[:size], self._drawn(held_out, 0)[:size]
        for start in range(0, len(labels), batch):
            yield self._standardised(canvases[start : start + batch]), labels[start : start + batch]

    def _labels(self, splits: Sequence[str]) -> NDArray[np.int32]:
        return np.concatenate([self.splits[name][1] for name in splits])

    @cached_property
    def _drawn(self) -> Callable[[tuple[str, ...], int], Images]:
        """Returns the canvases of several splits, which all trainings of a process share."""
        pixels = sum(len(labels) for _, labels in self.splits.values()) * self.resolution**2

        def draw(splits: tuple[str, ...], number: int) -> Images:
            canvases = self.canvases(np.concatenate([self.splits[name][0] for name in splits]), number)
            canvases.flags.writeable = False
            return canvases

        return lru_cache(KEPT_BYTES // pixels)(draw)

    def _standardised(self, canvases: Images) -> NDArray[np.float32]:
        mean, deviation = self._moments
        return ((canvases.astype(np.float32) - mean) / deviation)[..., None]  # [b, r, r, 1]

    @cached_property
    def _moments(self) -> tuple[np.float32, np.float32]:
        """The mean and standard deviation of the pixels of the first epoch of a search."""
        canvases = self._drawn(("train",), 1)
        return np.float32(canvases.mean()), np.float32(canvases.std())
