"""What a network is trained on: the protocol of an image task, which any package can implement."""

from collections.abc import Iterator
from typing import Any, Protocol, runtime_checkable

from nasplug.errors import ConfigurationError
from nasplug.types import Purpose


class Task(Protocol):
    """Labelled images, in batches, for both purposes of an evaluation.

    `search` trains on the training split and measures accuracy on the validation split; `final` trains on both and
    measures on the test split. A batch is a pair of arrays: images float32 `[b, resolution, resolution, channels]`,
    standardised, and labels int32 `[b]`, from 0 to `classes - 1`.

    To add a task, write a factory that returns an object with these members, and name it as an entry point of the group
    `nasplug.tasks`. Its first parameter is the resolution; further ones are options of the task. The first line of its
    docstring describes the task to users. Import TensorFlow inside: tasks are checked long before a training.
    """

    @property
    def classes(self) -> int:
        """The number of classes."""

    @property
    def channels(self) -> int:
        """The number of channels of an image: 1 for grey images, 3 for colours."""

    @property
    def resolution(self) -> int:
        """The height and width of an image, in pixels."""

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Returns an iterator over `epochs * (training_size // batch)` full batches; the seed alone decides them."""

    def held_out_batches(self, purpose: Purpose) -> Iterator[Any]:
        """Returns an iterator over batches, all but the last of one size, that hold every held-out image once."""


MEMBERS = ("classes", "channels", "resolution", "training_size", "training_batches", "held_out_batches")


@runtime_checkable
class ShardedTask(Task, Protocol):
    """A task whose hosts read different parts of the data, and that can start in the middle of a training."""

    def share(self, host: int, hosts: int) -> "ShardedTask":
        """Returns the task of one host of several; its batches are that host's part of each batch."""

    def training_batches_from(self, purpose: Purpose, batch: int, epochs: int, seed: int, start: int) -> Iterator[Any]:
        """Returns the batches of `training_batches` from number `start` on, without preparing those before."""


def batches_per_epoch(task: Task, purpose: Purpose, batch: int) -> int:
    """Returns the full batches of an epoch. Raises `ConfigurationError` where the images do not make one."""
    images = task.training_size(purpose)
    if images < batch:
        raise ConfigurationError(f"{images} training images do not make one batch of {batch}. Choose a smaller batch.")
    return images // batch
