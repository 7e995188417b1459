"""The CNN of the paper's ablation: the graph as an image, nodes in rows. It is expected to fail."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from nasplug_strategies.predictor.gcn import fully_connected, glorot


class CNN(nn.Module):
    """3×3 convolutions over [operations | adjacency] of padded graphs, members as groups (supplementary, Fig. 1).

    The sources give no more than "CNN"; depth and width follow the GCN's settings (our choice).
    """

    def __init__(
        self, inputs: int, layers: int, size: int, hidden: Sequence[int], members: int, g: torch.Generator
    ) -> None:
        super().__init__()
        widths = [1, *[size] * layers]
        kernels = [glorot((members * o, i * 9), g).view(members * o, i, 3, 3) for i, o in pairwise(widths)]
        self.kernels = nn.ParameterList(kernels)
        widths = [size, *hidden, 1]
        self.dense = nn.ParameterList(glorot((members, i, o), g) for i, o in pairwise(widths))
        self.bias = nn.ParameterList(torch.zeros(members, 1, width) for width in widths[1:])
        self.members = members

    def forward(self, inputs: Sequence[Tensor], keep: Sequence[Tensor]) -> Tensor:
        """Returns `[m, b]` from operations `[m, b, v, f]` and adjacency `[m, b, v, v]`."""
        image = torch.cat(tuple(inputs), 3).transpose(0, 1)  # [b, m, v, f + v]
        for kernel in self.kernels:
            image = torch.relu(functional.conv2d(image, kernel, padding=1, groups=self.members))
        h = image.mean((2, 3)).view(len(image), self.members, -1).transpose(0, 1)  # [m, b, size]
        return fully_connected(h, self.dense, self.bias, keep)
