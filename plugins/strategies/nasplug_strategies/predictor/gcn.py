"""The paper's graph convolutional network, several independent members stacked in one set of tensors."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.graphs import Graphs, aggregation
from nasplug_strategies.predictor.settings import Normalisation


class _Convolutions(torch.autograd.Function):
    """All graph convolutions and the mean, as one step of autograd with its backward pass written out."""

    @staticmethod
    def forward(ctx: Any, U: Tensor, A: Tensor, w: Tensor, *weights: Tensor) -> Tensor:
        """Returns `[m·b, 1, size]`; layer by layer 2V' = ReLU(U⁺W⁺) + ReLU(U⁻W⁻) with U = (½A V, ½Aᵀ V)."""
        m, b, v = U.shape[:3]
        U = U.flatten(1, 2)
        saved: list[Tensor] = []
        V = U
        for W in weights:
            if saved:
                U = torch.bmm(A, V.view(m * b, v, -1)).view(m, b * v, 2, -1)
            P = U.new_empty(2, m, b * v, W.shape[-1])
            torch.bmm(U[:, :, 0], W[0], out=P[0])
            torch.bmm(U[:, :, 1], W[1], out=P[1])
            V = torch.relu_(P)[0] + P[1]  # [m, b·v, size]
            saved += [U, P]
        ctx.save_for_backward(A, w, *weights, *saved)
        return torch.bmm(w, V.view(m * b, v, -1))

    @staticmethod
    def backward(ctx: Any, dh: Tensor) -> tuple[Tensor | None, ...]:
        """Returns the gradients of the weights; all else is constant."""
        A, w, *rest = ctx.saved_tensors
        layers = len(rest) // 3
        weights, saved = rest[:layers], rest[layers:]
        shape = (weights[0].shape[1], -1, dh.shape[-1])
        dV = (w.mT * dh).view(shape)  # [m, b·v, size]
        gradients: list[Tensor | None] = []
        for layer in reversed(range(layers)):
            W, (U, P) = weights[layer], saved[2 * layer : 2 * layer + 2]
            dP = torch.ops.aten.threshold_backward(dV.expand_as(P), P, 0)  # [2, m, b·v, size]
            dW = torch.empty_like(W)
            torch.bmm(U[:, :, 0].mT, dP[0], out=dW[0])
            torch.bmm(U[:, :, 1].mT, dP[1], out=dW[1])
            gradients.append(dW)
            if layer:
                dU = torch.stack((torch.bmm(dP[0], W[0].mT), torch.bmm(dP[1], W[1].mT)), 2)
                dV = torch.bmm(A.mT, dU.view(len(A), A.shape[1], -1)).view(shape)
        return None, None, None, *reversed(gradients)


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
        h = _Convolutions.apply(U, A.flatten(0, 1), w.flatten(0, 1), *self.convolutions)  # type: ignore[no-untyped-call]
        h = h.view(*U.shape[:2], -1)
        h = torch.cat((h, *features), 2) if features else h
        return fully_connected(h, self.dense, self.bias, keep)


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
