"""One training step of any stacked network with gradients by autograd: what the written ones are compared with."""

from collections.abc import Sequence
from functools import partial

import torch
from nasplug_strategies.predictor.fitting.recorded_step import Tape
from nasplug_strategies.predictor.networks.gcn import GCN, fully_connected
from torch import Tensor, nn


def dense_scores(network: GCN, inputs: Sequence[Tensor], keep: Sequence[Tensor]) -> Tensor:
    """Returns scores `[m, b]` of what `GCN.inputs` returns, with leading `[m, b]`, and features `[m, b, s]` or none."""
    U, A, w, *features = inputs
    m, b, v = U.shape[:3]
    first, *deeper = network.convolutions
    V = _convolved(U, first)
    for W in deeper:
        V = _convolved(torch.matmul(A, V).view(m, b, v, 2, -1), W)
    h = torch.cat((torch.matmul(w, V).squeeze(2), *features), 2)
    return fully_connected(h, network.dense, network.bias, keep)


def _convolved(U: Tensor, W: Tensor) -> Tensor:
    """Returns 2V' `[m, b, v, o]` from what was aggregated, `U` `[m, b, v, 2, i]`, and weights `[2, m, i, o]`."""
    P, Q = (torch.bmm(U[..., d, :].flatten(1, 2), W[d]).relu() for d in (0, 1))
    return (P + Q).view(*U.shape[:3], -1)


class AutogradPass:
    """One training step of any network, which writes the slopes of all parameters into `slopes`.

    `inputs` hold one row a sample; what stands in them may change between two steps.
    """

    def __init__(self, network: nn.Module, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        self.network = partial(dense_scores, network) if isinstance(network, GCN) else network
        self.inputs, self.slopes, self.b = inputs, slopes, b
        self.parameters = list(network.parameters())
        self.scores, self.slope = torch.empty(2, len(self.parameters[0]), b).unbind(0)

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the scores of `samples` `[m·b]`; `keep`: factors `[m, b, width]`, or none."""
        return [partial(self._forward, samples, keep)]

    def backward(self, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the gradients that follow from the slope of the scores."""
        return [self._backward]

    def _forward(self, samples: Tensor, keep: Sequence[Tensor]) -> None:
        with torch.inference_mode(False):  # a fit runs in it; tensors made there are of no use to autograd
            rows = [t[samples.clone()] for t in self.inputs]
            inputs = [t.view(-1, self.b, *t.shape[1:]) for t in rows]
            self.score = self.network(inputs, [factors.clone() for factors in keep])
        self.scores.copy_(self.score.detach())

    def _backward(self) -> None:
        with torch.inference_mode(False):
            found = torch.autograd.grad(self.score, self.parameters, self.slope.clone())
        for slopes, gradient in zip(self.slopes, found, strict=True):
            slopes.copy_(gradient)
