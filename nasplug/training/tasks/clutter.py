"""The cluttered-MNIST construction: objects at random places of a larger canvas, among fragments of other images.

After the cluttered translated MNIST of Mnih et al., "Recurrent Models of Visual Attention" (arXiv 1406.6247).
"""

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
FRAGMENT, MARGIN = (
    9,
    4,
)  # pixels: the side of a fragment; what it leaves out at the edges of its source, where all is black


def clutter(images: Images, size: int, fragments: int, rng: np.random.Generator) -> Images:
    """Returns uint8 `[n, size, size]`: each of `images` `[n, h, h]` whole, at a random place, on its own canvas.

    `fragments` squares of 9×9 pixels, cut at random out of random other images, lie at random places of each canvas.
    Where things overlap the brighter pixel shows. All draws come from `rng`.
    """
    n, h = images.shape[0], images.shape[1]
    canvas = np.zeros((n, size, size), np.uint8)
    for _ in range(fragments):
        corner = rng.integers(MARGIN, h - MARGIN - FRAGMENT + 1, (2, n))
        _paste(canvas, _windows(images[rng.integers(0, n, n)], corner, FRAGMENT), rng)
    _paste(canvas, images, rng)
    return canvas


def _windows(images: Images, corner: NDArray[np.int64], side: int) -> Images:
    """Returns the `[n, side, side]` windows of `images` whose upper left corners are `corner` `[2, n]`."""
    return images[_grid(corner, side)]


def _paste(canvas: Images, parts: Images, rng: np.random.Generator) -> None:
    """Lays each of `parts` `[n, s, s]` over its canvas at a random place, the brighter pixel on top."""
    side = parts.shape[1]
    grid = _grid(rng.integers(0, canvas.shape[1] - side + 1, (2, len(canvas))), side)
    canvas[grid] = np.maximum(canvas[grid], parts)


def _grid(corner: NDArray[np.int64], side: int) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Returns indices `[n, 1, 1]`, `[n, side, 1]`, `[n, 1, side]` that pick a square in each of n images."""
    steps = np.arange(side)
    rows, columns = corner[0][:, None] + steps, corner[1][:, None] + steps
    return np.arange(corner.shape[1])[:, None, None], rows[:, :, None], columns[:, None, :]
