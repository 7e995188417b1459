"""A task made of another one, whose images it changes."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.types import Purpose

if TYPE_CHECKING:
    from nasplug.training.tasks.embedded import Task


@attrs.frozen(eq=False)
class Wrapped:
    """Everything as in `task`; a subclass overrides what it changes."""

    task: "Task"

    @property
    def classes(self) -> int:
        """The number of classes."""
        return self.task.classes

    @property
    def channels(self) -> int:
        """The channels of an image."""
        return self.task.channels

    @property
    def resolution(self) -> int:
        """The pixels of an image's side."""
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
