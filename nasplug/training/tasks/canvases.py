"""Small images on larger canvases: centred, or at random places among fragments of other images (clutter).

The cluttered construction follows the cluttered translated MNIST of Mnih et al., "Recurrent Models of Visual
Attention" (arXiv 1406.6247).
"""

import numpy as np
from numpy.typing import NDArray

Images = NDArray[np.uint8]
Grid = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]
FRAGMENT = 9  # pixels of a fragment's side
MARGIN = 4  # pixels at the edges of an image that fragments leave out, because they are black


def centred(images: Images, size: int) -> Images:
    """Returns uint8 `[n, size, size]`: each of `images` `[n, h, h]` in the middle of a black canvas."""
    before = (size - images.shape[1]) // 2
    after = size - images.shape[1] - before
    return np.pad(images, ((0, 0), (before, after), (before, after)))


def cluttered(images: Images, size: int, fragments: int, rng: np.random.Generator) -> Images:
    """Returns uint8 `[n, size, size]`: each of `images` `[n, h, h]`, whole, at a random place of its own canvas.

    Every canvas also has `fragments` squares of 9×9 pixels, cut at random from random images, at random places. Where
    things overlap, the brighter pixel shows.
    """
    n, h = images.shape[:2]
    canvases = np.zeros((n, size, size), np.uint8)
    for _ in range(fragments):
        corners = rng.integers(MARGIN, h - MARGIN - FRAGMENT + 1, (2, n))
        sources = images[rng.integers(0, n, n)]
        _paste(canvases, sources[_squares(corners, FRAGMENT)], rng)
    _paste(canvases, images, rng)
    return canvases


def _paste(canvases: Images, parts: Images, rng: np.random.Generator) -> None:
    """Lays each of `parts` `[n, s, s]` on its canvas at a random place; the brighter pixel wins."""
    n, side = parts.shape[:2]
    square = _squares(rng.integers(0, canvases.shape[1] - side + 1, (2, n)), side)
    canvases[square] = np.maximum(canvases[square], parts)


def _squares(corners: NDArray[np.int64], side: int) -> Grid:
    """Returns indices that select, in each of n images, the square whose upper left corner is in `corners` `[2, n]`."""
    steps = np.arange(side)
    rows, columns = corners[0][:, None] + steps, corners[1][:, None] + steps  # [n, side]
    return np.arange(corners.shape[1])[:, None, None], rows[:, :, None], columns[:, None, :]
