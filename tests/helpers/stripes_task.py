"""A small image task of another package: what tests of third-party tasks name as `stripes_task:stripes`."""

import attrs
import numpy as np

from nasplug.errors import ConfigurationError


@attrs.frozen
class Stripes:
    """Horizontal stripes (class 0), vertical stripes (1) and noise (2), in two channels."""

    resolution: int
    images: int = 96
    classes: int = 3
    channels: int = 2

    def training_size(self, purpose):
        return self.images

    def training_batches(self, purpose, batch, epochs, seed):
        for epoch in range(epochs):
            images, labels = self._draw(self.images, (seed, epoch))
            for start in range(0, self.images - batch + 1, batch):
                yield images[start : start + batch], labels[start : start + batch]

    def held_out_batches(self, purpose):
        images, labels = self._draw(30, 12345 if purpose == "final" else 54321)
        yield images[:20], labels[:20]
        yield images[20:], labels[20:]

    def _draw(self, count, seed):
        rng, r = np.random.default_rng(seed), self.resolution
        labels = rng.integers(0, 3, count).astype(np.int32)
        images = rng.standard_normal((count, r, r, 2)).astype(np.float32) * 0.3
        stripes = np.where(np.arange(r) % 4 < 2, 1.0, -1.0).astype(np.float32)
        images[labels == 0] += stripes[:, None, None]
        images[labels == 1] += stripes[None, :, None]
        return images, labels


def stripes(resolution, data=None):
    """Stripes in two directions, and noise.

    The second paragraph is not shown to users.
    """
    if data == "missing":
        raise ConfigurationError("no stripes here")
    return Stripes(resolution)


NOT_A_FACTORY = 3
