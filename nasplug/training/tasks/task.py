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

    To add a task, write a factory `factory(resolution)` that returns an object with the members below, and announce it
    as an entry point of the group `nasplug.tasks`; see `nasplug.training.tasks.registry`. There is no need to inherit.
    """

    @property
    def classes(self) -> int:
        """The number of classes."""
        ...

    @property
    def channels(self) -> int:
        """The number of channels of an image: 1 for grey images, 3 for colours."""
        ...

    @property
    def resolution(self) -> int:
        """The height and width of an image, in pixels."""
        ...

    def training_size(self, purpose: Purpose) -> int:
        """Returns the number of training images."""
        ...

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Returns an iterator over `epochs * (training_size // batch)` training batches.

        Args:
            purpose: whether the validation images are among the training images
            batch: the number of images in each batch; images that are left at the end of an epoch are dropped
            epochs: how often the training images are passed through
            seed: decides order and augmentation; the same seed gives the same batches
        """
        ...

    def held_out_batches(self, purpose: Purpose) -> Iterator[Any]:
        """Returns an iterator over batches that contain every validation (`search`) or test (`final`) image once.

        All batches but the last have the same size.
        """
        ...


@runtime_checkable
class ShardedTask(Task, Protocol):
    """A task whose hosts read different parts of the data, and that can start in the middle of a training."""

    def share(self, host: int, hosts: int) -> "ShardedTask":
        """Returns the task of one host of several; its batches are that host's part of each batch."""
        ...

    def training_batches_from(self, purpose: Purpose, batch: int, epochs: int, seed: int, start: int) -> Iterator[Any]:
        """Returns the batches of `training_batches` from number `start` on, without preparing those before."""
        ...


def batches_per_epoch(task: Task, purpose: Purpose, batch: int) -> int:
    """Returns the number of full batches in an epoch.

    Raises:
        ConfigurationError: there are fewer training images than one batch needs
    """
    images = task.training_size(purpose)
    if images < batch:
        raise ConfigurationError(f"{images} training images do not make one batch of {batch}")
    return images // batch
