"""The CNN of the paper's ablation: the graph as an image, nodes in rows. It is expected to fail."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.networks.convolution_windows import Sight, all_windows, sights
from nasplug_strategies.predictor.networks.gcn import fully_connected, glorot


class CNN(nn.Module):
    """3×3 convolutions of stride 2 over [operations | adjacency] of padded graphs, members stacked (supplementary).

    The sources give no more than "CNN" (Fig. 1). Our choice: `layers` convolutions, or as many as leave one pixel;
    channels double up to `size` / 2; what is left of the image goes into the fully-connected layers.
    """

    def __init__(
        self, nodes: int, inputs: int, layers: int, size: int, hidden: Sequence[int], members: int, g: torch.Generator
    ) -> None:
        super().__init__()
        self.windows, pixels = all_windows(nodes, nodes + inputs, layers)
        self.sights, self.place = sights(self.windows, nodes * (nodes + inputs))
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
        for some, W, shift in zip(self.sights, self.kernels, self.shifts, strict=True):
            taps = W.unflatten(1, (9, -1))  # [m, 9, channels, o]
            image = torch.cat([_convolved(image, sight, taps, shift) for sight in some], 1).relu_()
        image = image.index_select(1, self.place.to(image.device))
        return fully_connected(image.view(m, b, -1), self.dense, self.bias, keep)


def _convolved(image: Tensor, sight: Sight, taps: Tensor, shift: Tensor) -> Tensor:
    """Returns `[m·b, k, o]`: what the windows of one sight make of an image `[m·b, pixels, channels]`."""
    seen = image.index_select(1, sight.pixels.to(image.device))
    W = taps[:, sight.taps.to(image.device)].flatten(1, 2)  # [m, taps · channels, o]
    return torch.baddbmm(shift, seen.view(len(W), -1, W.shape[1]), W).view(len(image), -1, W.shape[2])
