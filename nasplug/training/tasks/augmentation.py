"""Random mirroring and shifting of training images, for tasks whose images are always the same."""

from collections.abc import Iterator
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.training.tasks.wrapped import Wrapped
from nasplug.types import Purpose

SHIFT = 2  # pixels


@attrs.frozen(eq=False)
class Augmented(Wrapped):
    """A task whose training images are mirrored by chance, and shifted by up to two pixels in both directions.

    What leaves an image on one side enters on the other. Held-out images stay as they are.
    """

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields the task's batches, changed in a way that `seed` and the number of the batch decide."""
        for number, (images, labels) in enumerate(self.task.training_batches(purpose, batch, epochs, seed)):
            yield varied(images, np.random.default_rng((seed, number, 1))), labels


def varied(images: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Returns `images` `[b, r, r, channels]`, each mirrored with probability ½ and shifted at random."""
    b, r = images.shape[:2]
    down, right = rng.integers(-SHIFT, SHIFT + 1, (2, b, 1))
    rows, columns = (np.arange(r) - down) % r, (np.arange(r) - right) % r  # [b, r]
    columns = np.where(rng.random((b, 1)) < 0.5, columns, columns[:, ::-1])
    changed: NDArray[np.float32] = images[np.arange(b)[:, None, None], rows[:, :, None], columns[:, None, :]]
    return changed
