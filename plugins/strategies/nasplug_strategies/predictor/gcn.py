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
        U, A, *rest = inputs
        V = self.convolved(0, U.flatten(1, 2))
        return self.scores(self.deeper(V, A, 1), rest, keep)

    def convolved(self, layer: int, U: Tensor) -> Tensor:
        """Returns 2V' `[m, rows, size]` from what was aggregated, `U` `[m, rows, 2, i]`."""
        return added(*(torch.bmm(U[:, :, d], self.convolutions[layer][d]) for d in (0, 1)))

    def deeper(self, V: Tensor, A: Tensor, layer: int) -> Tensor:
        """Returns 2V `[m, b·v, size]` after all convolutions from `layer` on; `V` as before it, `A` `[m, b, 2v, v]`."""
        m, b, _, v = A.shape
        A = A.flatten(0, 1)
        for i in range(layer, len(self.convolutions)):
            V = self.convolved(i, torch.bmm(A, V.view(m * b, v, -1)).view(m, b * v, 2, -1))
        return V

    def scores(self, V: Tensor, rest: Sequence[Tensor], keep: Sequence[Tensor]) -> Tensor:
        """Returns `[m, b]` from the last 2V `[m, b·v, size]`; `rest` (w, optional features) and `keep` as above."""
        w, *features = rest
        m, b, _, v = w.shape
        h = torch.bmm(w.flatten(0, 1), V.view(m * b, v, -1)).view(m, b, -1)
        h = torch.cat((h, *features), 2) if features else h
        return fully_connected(h, self.dense, self.bias, keep)


def added(P: Tensor, Q: Tensor) -> Tensor:
    """Returns ReLU(P) + ReLU(Q), the two directions of a convolution; overwrites them where no slope needs them."""
    P, Q = P.relu_(), Q.relu_()
    return P + Q if P.requires_grad else P.add_(Q)


def fully_connected(h: Tensor, weights: Any, biases: Any, keep: Sequence[Tensor]) -> Tensor:
    """Returns `[m, b]` from `h` `[m, b, width]`: ReLU and dropout after every layer but the last."""
    *inner, last = zip(weights, biases, strict=True)
    for i, (W, bias) in enumerate(inner):
        h = torch.relu(torch.baddbmm(bias, h, W))
        if keep:
            h = h * keep[i]
    return torch.baddbmm(last[1], h, last[0]).squeeze(2)


def glorot(shape: tuple[int, ...], generator: torch.Generator) -> Tensor:
    """Returns Glorot-uniform values of `[…, in, out]`."""
    limit = (6.0 / (shape[-2] + shape[-1])) ** 0.5
    return torch.empty(shape).uniform_(-limit, limit, generator=generator)
