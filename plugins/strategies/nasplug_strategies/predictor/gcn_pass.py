"""One training step of stacked GCNs with its gradients written out, in memory and views that are made once a fit.

Most of a small network's fit is not its matrix products but what surrounds them: allocations, views, autograd.
"""

from collections.abc import Sequence

import torch
from torch import Tensor

from nasplug_strategies.predictor.dense_pass import DenseStack, select, through_relu
from nasplug_strategies.predictor.gcn import GCN


class ConvolutionPass:
    """2V' = ReLU(U⁺W⁺) + ReLU(U⁻W⁻) of the rows U `[m·b, v, 2, i]`; all else is `[m, b·v, …]`, by direction."""

    def __init__(self, U: Tensor, W: Tensor, dW: Tensor) -> None:
        (rows, v, _, i), (_, m, _, o) = U.shape, W.shape
        n = rows // m * v
        self.aggregated = U.view(rows, 2 * v, i)
        self.P, self.V, self.dV = U.new_empty(2, m, n, o), U.new_empty(m, n, o), U.new_empty(m, n, o)
        self.dU = U.new_empty(2, m, n, i)
        self.nodes, self.dnodes = self.V.view(rows, v, o), self.dV.view(rows, v, o)
        self.dinputs = self.dU.view(2, rows, v, i).unbind(0)
        self.both, self.spread = self.P.unbind(0), self.dV.expand_as(self.P)
        directions = U.view(m, n, 2, i).unbind(2)
        self.forward_products = list(zip(directions, W.unbind(0), self.both, strict=True))
        self.weight_products = list(zip([U.mT for U in directions], self.both, dW.unbind(0), strict=True))
        self.input_products = list(zip(self.both, W.mT.unbind(0), self.dU.unbind(0), strict=True))

    def forward(self) -> None:
        """Turns U into V'."""
        for U, W, P in self.forward_products:
            torch.bmm(U, W, out=P)
        self.P.relu_()
        torch.add(*self.both, out=self.V)

    def backward(self) -> None:
        """Turns the slope of V' into that of W; P holds the slope of UW afterwards."""
        through_relu(self.spread, self.P, 0, grad_input=self.P)
        for UT, dP, dW in self.weight_products:
            torch.bmm(UT, dP, out=dW)

    def backward_into(self, before: "ConvolutionPass", AT: Sequence[Tensor]) -> None:
        """Turns the slope of UW into that of V' of the layer `before`; `AT` `[m·b, v, v]` by direction."""
        for dP, WT, dU in self.input_products:
            torch.bmm(dP, WT, out=dU)
        torch.bmm(AT[0], self.dinputs[0], out=before.dnodes)
        before.dnodes.baddbmm_(AT[1], self.dinputs[1])


class GCNPass:
    """Scores `b` samples a member, then writes the slopes of all parameters into `slopes`.

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

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `samples` `[m·b]`; `keep` as in `fully_connected`."""
        for t, rows in zip(self.inputs, self.rows, strict=True):
            select(t, 0, samples, out=rows)
        before = None
        for layer in self.convolutions:
            if before:
                torch.bmm(self.A, before.nodes, out=layer.aggregated)
            layer.forward()
            before = layer
        torch.bmm(self.w, self.convolutions[-1].nodes, out=self.mean)
        if len(self.parts) > 1:
            torch.cat(self.parts, 2, out=self.h)
        return self.dense.forward(keep)

    def backward(self, slope: Tensor) -> None:
        """Writes the gradients that follow from the slope of the scores `[m, b]`."""
        self.dense.backward(slope)
        dh = self.dense.below()
        last, size = self.convolutions[-1], self.mean.shape[2]
        torch.mul(self.w.mT, dh[:, :, :size].reshape(-1, 1, size), out=last.dnodes)
        for i in reversed(range(len(self.convolutions))):
            self.convolutions[i].backward()
            if i:
                self.convolutions[i].backward_into(self.convolutions[i - 1], self.AT)
