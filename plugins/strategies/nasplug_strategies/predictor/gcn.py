"""The paper's graph convolutional network, several independent members stacked in one set of tensors."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.graphs import Graphs, aggregation
from nasplug_strategies.predictor.settings import Normalisation


class GCN(nn.Module):
    """Bidirectional graph convolutions, mean over the real nodes, fully-connected layers (Wen et al., section 3).

    V' = ½·ReLU(A V W⁺) + ½·ReLU(Aᵀ V W⁻). The halves are carried by the next aggregation
    and by the mean. Dropout acts after the fully-connected layers only.
    """

    def __init__(
        self,
        inputs: int,
        layers: int,
        size: int,
        hidden: Sequence[int],
        members: int,
        generator: torch.Generator,
        features: int = 0,
    ) -> None:
        super().__init__()
        widths = [inputs] + [size] * layers
        self.convolutions = nn.ParameterList(glorot((2, members, i, o), generator) for i, o in pairwise(widths))
        widths = [size + features, *hidden, 1]
        self.dense = nn.ParameterList(glorot((members, i, o), generator) for i, o in pairwise(widths))
        self.bias = nn.ParameterList(torch.zeros(members, 1, width) for width in widths[1:])

    @staticmethod
    def inputs(graphs: Graphs, normalisation: Normalisation) -> tuple[Tensor, ...]:
        """Returns what is constant over a fit, by sample: (AX, AᵀX) `[n, v, 2, f]`, ½A `[n, 2v, v]`, w `[n, 1, v]`."""
        A = aggregation(graphs, normalisation).transpose(1, 2)  # [n, v, 2, v]
        U = torch.einsum("nidj,njf->nidf", A, graphs.x)
        weights = graphs.mask / (2.0 * graphs.mask.sum(1, keepdim=True))  # [n, v]
        return U, 0.5 * A.flatten(1, 2), weights[:, None]

    def forward(self, inputs: Sequence[Tensor], keep: Sequence[Tensor]) -> Tensor:
        """Returns `[m, b]` from `inputs` with leading `[m, b]`, after (U, A, w) optional features `[m, b, s]`.

        `keep` holds a dropout factor `[m, b, width]` for each fully-connected layer but the last, or nothing.
        """
        U, A, w, *features = inputs
        m, b, v = U.shape[:3]
        first, *deeper = self.convolutions
        V = _convolved(U, first)
        for W in deeper:
            V = _convolved(torch.matmul(A, V).view(m, b, v, 2, -1), W)
        h = torch.cat((torch.matmul(w, V).squeeze(2), *features), 2)
        return fully_connected(h, self.dense, self.bias, keep)


def _convolved(U: Tensor, W: Tensor) -> Tensor:
    """Returns 2V' `[m, b, v, o]` from what was aggregated, `U` `[m, b, v, 2, i]`, and weights `[2, m, i, o]`."""
    P, Q = (torch.bmm(U[..., d, :].flatten(1, 2), W[d]).relu() for d in (0, 1))
    return (P + Q).view(*U.shape[:3], -1)


def fully_connected(h: Tensor, weights: Any, biases: Any, keep: Sequence[Tensor]) -> Tensor:
    """Returns `[m, b]` from `h` `[m, b, width]`: ReLU and dropout after every layer but the last."""
    *inner, last = zip(weights, biases, strict=True)
    for i, (W, bias) in enumerate(inner):
        h = torch.baddbmm(bias, h, W).relu_()
        if keep:
            h = h * keep[i]
    return torch.baddbmm(last[1], h, last[0]).squeeze(2)


def glorot(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Returns Glorot-uniform values of `[…, in, out]`."""
    limit = (6.0 / (shape[-2] + shape[-1])) ** 0.5
    return torch.empty(shape).uniform_(-limit, limit, generator=generator)
