"""A task at half its resolution."""

from collections.abc import Iterator
from typing import Any

import attrs

from nasplug import Purpose
from nasplug.training.tasks.wrappers import TaskWrapper


@attrs.frozen(eq=False)
class Halved(TaskWrapper):
    """The images of another task, each 2×2 pixels averaged: a quarter of the work."""

    @property
    def resolution(self) -> int:
        """The pixels of an image's side."""
        return self.task.resolution // 2

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields the task's training batches with smaller images."""
        for images, labels in self.task.training_batches(purpose, batch, epochs, seed):
            yield self._halve(images), labels

    def held_out_batches(self, purpose: Purpose) -> Iterator[Any]:
        """Yields the task's held-out batches with smaller images."""
        for images, labels in self.task.held_out_batches(purpose):
            yield self._halve(images), labels

    def _halve(self, images: Any) -> Any:
        """Returns `[b, r / 2, r / 2, c]` for `[b, r, r, c]`."""
        r = self.resolution
        return images.reshape(len(images), r, 2, r, 2, self.channels).mean(axis=(2, 4))
