"""The CNN of the paper's ablation: the graph as an image, nodes in rows. It is expected to fail."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from nasplug_strategies.predictor.gcn import fully_connected, glorot


class CNN(nn.Module):
    """3×3 convolutions of stride 2 over [operations | adjacency] of padded graphs, members stacked (supplementary).

    The sources give no more than "CNN" (Fig. 1). Our choice: `layers` convolutions, or as many as leave one pixel;
    channels double up to `size` / 2; what is left of the image goes into the fully-connected layers.
    """

    def __init__(
        self, nodes: int, inputs: int, layers: int, size: int, hidden: Sequence[int], members: int, g: torch.Generator
    ) -> None:
        super().__init__()
        self.windows, pixels = _all_windows(nodes, nodes + inputs, layers)
        widths = [1, *(max(4, size >> i) for i in range(len(self.windows), 0, -1))]
        self.kernels = nn.ParameterList(glorot((members, 9 * i, o), g) for i, o in pairwise(widths))
        self.shifts = nn.ParameterList(torch.zeros(members, 1, width) for width in widths[1:])
        widths = [pixels * widths[-1], *hidden, 1]
        self.dense = nn.ParameterList(glorot((members, i, o), g) for i, o in pairwise(widths))
        self.bias = nn.ParameterList(torch.zeros(members, 1, width) for width in widths[1:])

    @staticmethod
    def table(x: Tensor, A: Tensor) -> Tensor:
        """Returns pixels `[n, v · (f + v)]` from operations `[n, v, f]` and adjacency `[n, v, v]`."""
        return torch.cat((x, A), 2).flatten(1)

    def forward(self, inputs: Sequence[Tensor], keep: Sequence[Tensor]) -> Tensor:
        """Returns `[m, b]` from one table `[m, b, pixels]`."""
        m, b = inputs[0].shape[:2]
        image = inputs[0].reshape(m * b, -1, 1)  # [m·b, pixels, channels]
        for window, W, shift in zip(self.windows, self.kernels, self.shifts, strict=True):
            seen = pad(image, (0, 0, 0, 1)).index_select(1, window.to(image.device))
            image = torch.baddbmm(shift, seen.view(m, -1, W.shape[1]), W).relu_().view(m * b, -1, W.shape[2])
        return fully_connected(image.view(m, b, -1), self.dense, self.bias, keep)


def _all_windows(height: int, width: int, layers: int) -> tuple[list[Tensor], int]:
    """Returns the windows of every convolution, and how many pixels the last one leaves."""
    found: list[Tensor] = []
    while len(found) < layers and height * width > 1:
        found.append(_windows(height, width))
        height, width = -(-height // 2), -(-width // 2)
    return found, height * width


def _windows(height: int, width: int) -> Tensor:
    """Returns `[windows · 9]`: what 3×3 windows at every second row and column see; `height · width` = none."""
    pixels = pad(torch.arange(height * width).view(height, width), (1, 1, 1, 1), value=height * width)
    return pixels.unfold(0, 3, 2).unfold(1, 3, 2).flatten()
