"""Tasks made of another task, whose images they change."""

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.training.tasks.task import Task
from nasplug.types import Purpose

SHIFT = 2  # pixels


@attrs.frozen(eq=False)
class TaskWrapper:
    """Behaves as `task` does; subclasses override what they change."""

    task: Task

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self.task.classes

    @property
    def channels(self) -> int:
        """The number of channels of an image."""
        return self.task.channels

    @property
    def resolution(self) -> int:
        """The height and width of an image, in pixels."""
        return self.task.resolution

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""
        return self.task.training_size(purpose)

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Returns the task's training batches."""
        return self.task.training_batches(purpose, batch, epochs, seed)

    def held_out_batches(self, purpose: Purpose) -> Iterator[Any]:
        """Returns the task's held-out batches."""
        return self.task.held_out_batches(purpose)


@attrs.frozen(eq=False)
class Augmented(TaskWrapper):
    """A task whose training images are mirrored with probability ½ and shifted by up to two pixels in each direction.

    Pixels that leave an image on one side enter on the other. Held-out images stay as they are.
    """

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields the task's batches with changed images; the seed and the number of the batch decide the change."""
        for number, (images, labels) in enumerate(self.task.training_batches(purpose, batch, epochs, seed)):
            yield augment(np.asarray(images), np.random.default_rng((seed, number, 1))), labels


def augment(images: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Returns `images` `[b, r, r, channels]`, each mirrored with probability ½ and shifted at random."""
    b, r = images.shape[:2]
    down, right = rng.integers(-SHIFT, SHIFT + 1, (2, b, 1))
    rows, columns = (np.arange(r) - down) % r, (np.arange(r) - right) % r  # [b, r]
    columns = np.where(rng.random((b, 1)) < 0.5, columns, columns[:, ::-1])
    augmented: NDArray[np.float32] = images[np.arange(b)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return augmented
