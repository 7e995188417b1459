"""One training step of stacked GCNs with its gradients written out."""

from collections.abc import Sequence
from functools import partial

import torch
from torch import Tensor

from nasplug_strategies.predictor.fitting.recorded_step import Tape, select, through_relu
from nasplug_strategies.predictor.networks.dense_gradients import DenseStack
from nasplug_strategies.predictor.networks.gcn import GCN


class ConvolutionPass:
    """2V' = ReLU(U⁺W⁺) + ReLU(U⁻W⁻) of the rows U `[m·b, v, 2, i]`; all else is `[m, b·v, …]`, by direction."""

    def __init__(self, U: Tensor, W: Tensor, dW: Tensor) -> None:
        (rows, v, _, i), (_, m, _, o) = U.shape, W.shape
        n = rows // m * v
        self.aggregated = U.view(rows, 2 * v, i)
        self.P, self.V, self.dV = U.new_empty(2, m, n, o), U.new_empty(m, n, o), U.new_empty(m, n, o)
        self.dU = U.new_empty(2, m, n, i)
        self.nodes, self.dnodes = self.V.view(rows, v, o), self.dV.view(rows, v, o)
        self.dinputs = self.dU.view(2, rows, v, i)
        self.by_direction = list(zip(U.view(m, n, 2, i).unbind(2), W, self.P, dW, self.dU, strict=True))

    def forward(self) -> Tape:
        """Returns what turns U into V'."""
        products = [partial(torch.bmm, U, W, out=P) for U, W, P, *_ in self.by_direction]
        return [*products, self.P.relu_, partial(torch.add, *self.P, out=self.V)]

    def backward(self) -> Tape:
        """Returns what turns the slope of V' into that of W; P holds the slope of UW afterwards."""
        products = [partial(torch.bmm, U.mT, dP, out=dW) for U, _, dP, dW, _ in self.by_direction]
        return [*through_relu(self.dV.expand_as(self.P), self.P), *products]

    def backward_into(self, before: "ConvolutionPass", AT: Sequence[Tensor]) -> Tape:
        """Returns what turns the slope of UW into that of V' of the layer `before`; `AT` `[m·b, v, v]` by direction."""
        products = [partial(torch.bmm, dP, W.mT, out=dU) for _, W, dP, _, dU in self.by_direction]
        forth, back = self.dinputs
        gather = [partial(torch.bmm, AT[0], forth, out=before.dnodes), partial(before.dnodes.baddbmm_, AT[1], back)]
        return [*products, *gather]


class GCNPass:
    """One training step of stacked GCNs, which writes the slopes of all parameters into `slopes`.

    `inputs` are those of `GCN.inputs` for all samples, optionally with features `[n, s]`.
    """

    def __init__(self, network: GCN, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        m, layers = len(network.bias[0]), len(network.convolutions)
        weights = [p.detach() for p in network.parameters()]
        self.inputs, self.rows = inputs, [t.new_empty(m * b, *t.shape[1:]) for t in inputs]
        U, self.A, self.w, *features = self.rows
        self.AT = self.A.view(m * b, -1, 2, self.A.shape[2]).permute(2, 0, 3, 1).unbind(0)
        self.convolutions: list[ConvolutionPass] = []
        for W, dW in zip(weights[:layers], slopes[:layers], strict=True):
            self.convolutions.append(ConvolutionPass(U, W, dW))
            U = U.new_empty(*U.shape[:3], W.shape[3])
        self.mean = U.new_empty(m * b, 1, U.shape[3])
        self.parts = [self.mean.view(m, b, -1), *(t.view(m, b, -1) for t in features)]
        self.h = torch.cat(self.parts, 2) if features else self.parts[0]
        self.dense = DenseStack(self.h, weights[layers:], slopes[layers:])
        self.scores, self.slope = self.dense.scores, self.dense.slope

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the scores of `samples` `[m·b]`; `keep` as in `fully_connected`."""
        tape = [select(t, samples, rows) for t, rows in zip(self.inputs, self.rows, strict=True)]
        first, *deeper = self.convolutions
        tape += first.forward()
        for before, layer in zip(self.convolutions, deeper, strict=False):
            tape += [partial(torch.bmm, self.A, before.nodes, out=layer.aggregated), *layer.forward()]
        tape.append(partial(torch.bmm, self.w, self.convolutions[-1].nodes, out=self.mean))
        if len(self.parts) > 1:
            tape.append(partial(torch.cat, self.parts, 2, out=self.h))
        return tape + self.dense.forward(keep)

    def backward(self, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the gradients that follow from the slope of the scores."""
        tape, last = self.dense.backward(keep, inputs=True), self.convolutions[-1]
        (m, b), (_, v, size) = self.scores.shape, last.dnodes.shape
        dmean = self.dense.dh[:, :, None, :size]  # [m, b, 1, size]
        tape.append(partial(torch.mul, self.w.view(m, b, v, 1), dmean, out=last.dnodes.view(m, b, v, size)))
        for layer, before in zip(self.convolutions[:0:-1], self.convolutions[-2::-1], strict=True):
            tape += [*layer.backward(), *layer.backward_into(before, self.AT)]
        return tape + self.convolutions[0].backward()
