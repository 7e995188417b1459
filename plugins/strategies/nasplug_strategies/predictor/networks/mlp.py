"""The MLP of the paper's ablation: one-hot operations beside the adjacency matrix; and its training step."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.fitting.recorded_step import Tape, select
from nasplug_strategies.predictor.networks.dense_gradients import DenseStack
from nasplug_strategies.predictor.networks.gcn import fully_connected, glorot


class MLP(nn.Module):
    """Fully-connected layers on operations and adjacency of padded graphs, members stacked (supplementary, Fig. 1).

    The paper feeds the upper triangle of the adjacency matrix; a permuted graph has edges on both
    sides of the diagonal, so that the triangle holds the edges of either direction with their sign.
    """

    def __init__(
        self, nodes: int, inputs: int, layers: int, size: int, hidden: Sequence[int], members: int, g: torch.Generator
    ) -> None:
        super().__init__()
        widths = [nodes * inputs + nodes * (nodes - 1) // 2, *[size] * layers, *hidden, 1]
        self.dense = nn.ParameterList(glorot((members, i, o), g) for i, o in pairwise(widths))
        self.bias = nn.ParameterList(torch.zeros(members, 1, width) for width in widths[1:])

    @staticmethod
    def table(x: Tensor, A: Tensor) -> Tensor:
        """Returns `[n, width]` from operations `[n, v, f]` and adjacency `[n, v, v]`."""
        v = A.shape[-1]
        row, column = torch.triu_indices(v, v, 1, device=A.device)
        signed = (A - A.transpose(1, 2)).flatten(1)  # +1: edge i → j, −1: edge j → i
        return torch.cat((x.flatten(1), signed.index_select(1, v * row + column)), 1)

    def forward(self, inputs: Sequence[Tensor], keep: Sequence[Tensor]) -> Tensor:
        """Returns `[m, b]` from one table `[m, b, width]`."""
        return fully_connected(inputs[0], self.dense, self.bias, keep)


class MLPPass:
    """One training step of stacked MLPs, which writes the slopes of all parameters into `slopes`.

    `inputs` holds one table `[n, width]`, a row a sample; what stands in it may change between two steps.
    """

    def __init__(self, network: MLP, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        parameters = [p.detach() for p in network.parameters()]
        (self.table,), m = inputs, len(parameters[0])
        self.rows = self.table.new_empty(m * b, self.table.shape[1])
        self.dense = DenseStack(self.rows.view(m, b, -1), parameters, slopes)
        self.scores, self.slope = self.dense.scores, self.dense.slope

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the scores of `samples` `[m·b]`; `keep` as in `fully_connected`."""
        return [select(self.table, samples, self.rows), *self.dense.forward(keep)]

    def backward(self, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the gradients that follow from the slope of the scores."""
        return self.dense.backward(keep, inputs=False)
