"""What the windows of 3×3 convolutions of stride 2 see of an image."""

from collections.abc import Sequence

import attrs
import torch
from torch import Tensor
from torch.nn.functional import pad


def all_windows(height: int, width: int, layers: int) -> tuple[list[Tensor], int]:
    """Returns the windows of every convolution, as `windows` does, and how many pixels the last one leaves."""
    found: list[Tensor] = []
    while len(found) < layers and height * width > 1:
        found.append(windows(height, width))
        height, width = -(-height // 2), -(-width // 2)
    return found, height * width


def windows(height: int, width: int) -> Tensor:
    """Returns `[windows · 9]`: what 3×3 windows at every second row and column see; `height · width` = none."""
    pixels = pad(torch.arange(height * width).view(height, width), (1, 1, 1, 1), value=height * width)
    return pixels.unfold(0, 3, 2).unfold(1, 3, 2).flatten()


@attrs.frozen(eq=False)
class Sight:
    """`k` windows that see through the same of their nine taps: those at an edge through fewer."""

    pixels: Tensor  # int64 [k · taps]
    taps: Tensor  # int64 [taps]


def sights(every: Sequence[Tensor], pixels: int) -> tuple[list[list[Sight]], Tensor]:
    """Returns the windows of every convolution on an image of `pixels`, sight by sight, and then their places `[left]`.

    Each convolution finds its pixels where the one before leaves them; the places are of what the last one leaves.
    """
    found, place = [], torch.arange(pixels)
    for window in every:
        rows = window.view(-1, 9)
        seen, kind = torch.unique(rows < len(place), dim=0, return_inverse=True)  # [kinds, 9], [windows]
        kinds = [((kind == i).nonzero().flatten(), taps.nonzero().flatten()) for i, taps in enumerate(seen)]
        found.append([Sight(place[rows[some][:, taps]].flatten(), taps) for some, taps in kinds])
        place = torch.cat([some for some, _ in kinds]).argsort()
    return found, place
