"""The image tasks that need no download, each a source of batches for the trainer."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Protocol

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.errors import ConfigurationError, did_you_mean
from nasplug.training.tasks import fashion_mnist
from nasplug.training.tasks.clutter import clutter
from nasplug.training.tasks.constructions import CONSTRUCTIONS
from nasplug.types import Purpose

Batch = tuple[NDArray[np.float32], NDArray[np.int32]]  # images [b, r, r, channels], labels [b]
FRAGMENTS_PER_PIXEL = 1 / 32**2


class Task(Protocol):
    """What the trainer learns: the shape of images, and batches for both purposes of an evaluation.

    `search` trains on the training split and measures on validation; `final` trains on both and measures on test.
    """

    @property
    def classes(self) -> int:
        """The number of classes."""
        ...

    @property
    def channels(self) -> int:
        """The channels of an image."""
        ...

    @property
    def resolution(self) -> int:
        """The pixels of an image's side."""
        ...

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""
        ...

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Returns an iterator over all full batches of `epochs` epochs, in an order that `seed` alone decides."""
        ...

    def held_out_batches(self, purpose: Purpose) -> Iterator[Any]:
        """Returns an iterator over batches that hold every held-out image once."""
        ...


def batches_per_epoch(task: Task, purpose: Purpose, batch: int) -> int:
    """Returns the full batches of an epoch. Raises `ConfigurationError` where the images do not make one."""
    images = task.training_size(purpose)
    if images < batch:
        raise ConfigurationError(f"{images} training images do not make one batch of {batch}")
    return images // batch


@attrs.frozen(eq=False)
class ArrayTask:
    """A task whose images are in memory: uint8 `[n, h, h]`, drawn on canvases of `resolution` pixels.

    The canvases are the same for all trainings: those of epoch e depend on e alone, so that two networks differ by
    their architecture and not by luck of the draw. Only the order of the images follows the seed.
    """

    name: str
    splits: Mapping[str, fashion_mnist.Split]
    resolution: int
    classes: int = 10
    channels: int = 1

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""
        return len(self._training_split(purpose)[1])

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Batch]:
        """Yields `epochs` times `training_size // batch` batches; the rest of an epoch is left out."""
        images, labels = self._training_split(purpose)
        for epoch in range(epochs):
            canvases = self._canvases(images, 1 + epoch)
            order = np.random.default_rng((seed, epoch)).permutation(len(labels))
            for chosen in order[: len(order) // batch * batch].reshape(-1, batch):
                yield self._standardise(canvases[chosen]), labels[chosen]

    def held_out_batches(self, purpose: Purpose, batch: int = 250) -> Iterator[Batch]:
        """Yields the held-out images, `batch` at a time."""
        images, labels = self.splits["test" if purpose == "final" else "validation"]
        canvases = self._canvases(images, 0)
        for start in range(0, len(labels), batch):
            yield self._standardise(canvases[start : start + batch]), labels[start : start + batch]

    def _training_split(self, purpose: Purpose) -> fashion_mnist.Split:
        parts = [self.splits[name] for name in ("train", "validation")[: 2 if purpose == "final" else 1]]
        return np.concatenate([images for images, _ in parts]), np.concatenate([labels for _, labels in parts])

    def _canvases(self, images: NDArray[np.uint8], draw: int) -> NDArray[np.uint8]:
        if self.name == "fashion-mnist":
            before = (self.resolution - images.shape[1]) // 2
            after = self.resolution - images.shape[1] - before
            return np.pad(images, ((0, 0), (before, after), (before, after)))
        fragments = round(FRAGMENTS_PER_PIXEL * self.resolution**2)
        return clutter(images, self.resolution, fragments, np.random.default_rng(draw))

    def _standardise(self, canvases: NDArray[np.uint8]) -> NDArray[np.float32]:
        mean, deviation = self._moments()
        return ((canvases.astype(np.float32) - mean) / deviation)[..., None]  # [b, r, r, 1]

    def _moments(self) -> tuple[np.float32, np.float32]:
        return _moments(self.name, self.resolution)


@cache
def _moments(name: str, resolution: int) -> tuple[np.float32, np.float32]:
    """Returns mean and standard deviation of the pixels of the training split."""
    task = load_task(name, resolution)
    canvases = task._canvases(task.splits["train"][0], 1)
    return np.float32(canvases.mean()), np.float32(canvases.std())


def load_task(name: str, resolution: int) -> ArrayTask:
    """Returns an embedded task by name, with images of `resolution`×`resolution` pixels.

    Raises `ConfigurationError` for an unknown name, or for a resolution below the 28 pixels of an object.
    """
    if name not in CONSTRUCTIONS:
        raise ConfigurationError(
            f"there is no embedded task {name!r}.{did_you_mean(name, CONSTRUCTIONS)} "
            f"There are: {', '.join(CONSTRUCTIONS)}."
        )
    if resolution < 28:
        raise ConfigurationError(f"the task {name} needs a resolution of at least 28 pixels, got {resolution}")
    return ArrayTask(name, fashion_mnist.load(), resolution)
