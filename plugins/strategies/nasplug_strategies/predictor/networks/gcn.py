"""The paper's graph convolutional network, several independent members stacked in one set of tensors."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, aggregation
from nasplug_strategies.predictor.graphs.distinct_states import States, Sums
from nasplug_strategies.predictor.settings import Normalisation


class GCN(nn.Module):
    """Bidirectional graph convolutions, mean over the real nodes, fully-connected layers (Wen et al., section 3).

    V' = ½·ReLU(A V W⁺) + ½·ReLU(Aᵀ V W⁻), which is ReLU(½A V W⁺) + ReLU(½Aᵀ V W⁻). Dropout acts after the
    fully-connected layers only. `GCNPass` trains it.
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
        # twice Glorot's (our choice, the sources give none) undoes the halves: else 18 layers lose every difference
        self.convolutions = nn.ParameterList(2.0 * glorot((2, members, i, o), generator) for i, o in pairwise(widths))
        widths = [size + features, *hidden, 1]
        self.dense = nn.ParameterList(glorot((members, i, o), generator) for i, o in pairwise(widths))
        self.bias = nn.ParameterList(torch.zeros(members, 1, width) for width in widths[1:])

    @staticmethod
    def inputs(graphs: Graphs, normalisation: Normalisation) -> tuple[Tensor, ...]:
        """Returns what is constant over a fit, by sample: (AX, AᵀX) `[n, v, 2, f]`, ½A `[n, 2v, v]`, w `[n, 1, v]`.

        A fit has 2V' of each convolution: its half is carried by the next aggregation and by the mean's weights w.
        """
        A = aggregation(graphs, normalisation).transpose(1, 2)  # [n, v, 2, v]
        U = torch.einsum("nidj,njf->nidf", A, graphs.x)
        weights = graphs.mask / (2.0 * graphs.mask.sum(1, keepdim=True))  # [n, v]
        return U, 0.5 * A.flatten(1, 2), weights[:, None]

    def forward(self, states: States, features: Tensor | None) -> Tensor:
        """Returns `[m, b]` from the states of `b` graphs and, where the network has them, features `[b, s]`.

        Nearly all of the work, a convolution's products with weights, is made of distinct states, before these are
        summed; a state that repeats is computed once.
        """
        means = torch.stack([self._means(member, states) for member in range(len(self.bias[0]))])  # [m, b, size]
        h = means if features is None else torch.cat((means, features.expand(len(means), -1, -1)), 2)
        return fully_connected(h, self.dense, self.bias, [])

    def _means(self, member: int, states: States) -> Tensor:
        """Returns `[b, size]`: the mean over the nodes of what the convolutions of one member make of them."""
        V, (*inner, last) = states.first, zip(self.convolutions, states.convolutions, strict=True)
        for W, (forth, back) in inner:
            V = _rectified(V, W[0, member], forth).add_(_rectified(V, W[1, member], back))  # [states, size]
        W, (forth, back) = last  # summed one after the other, so that less memory stays in the caches
        means = states.means
        return means(_rectified(V, W[0, member], forth)) + means(_rectified(V, W[1, member], back))


def _rectified(V: Tensor, W: Tensor, sums: Sums) -> Tensor:
    """Returns ReLU(½A V W) `[states, o]` of states `[states, i]` in one direction, with weights `[i, o]`."""
    return sums(V @ W).relu_()


def fully_connected(h: Tensor, weights: Any, biases: Any, keep: Sequence[Tensor]) -> Tensor:
    """Returns `[m, b]` from `h` `[m, b, width]`: ReLU and dropout after every layer but the last.

    `keep` holds a dropout factor `[m, b, width]` for each of these layers, or nothing.
    """
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
