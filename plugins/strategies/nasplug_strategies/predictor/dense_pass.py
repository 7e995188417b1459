"""Fully-connected layers of stacked networks, forward and backward, in memory and views that are made once a fit."""

from collections.abc import Sequence

import torch
from torch import Tensor

through_relu = torch.ops.aten.threshold_backward.grad_input  # the slope where an output of ReLU is positive, else 0
select = torch.ops.aten.index_select.out  # torch's own: torch_geometric puts a slower one in the place of its name


class DensePass:
    """z = h W + bias of `h` `[m, b, i]`."""

    def __init__(self, h: Tensor, W: Tensor, bias: Tensor, dW: Tensor, dbias: Tensor) -> None:
        self.h, self.hT, self.W, self.WT, self.bias, self.dW, self.dbias = h, h.mT, W, W.mT, bias, dW, dbias
        self.z, self.dh = h.new_empty(*h.shape[:2], W.shape[2]), torch.empty_like(h)

    def forward(self) -> Tensor:
        """Returns z `[m, b, o]`."""
        return torch.baddbmm(self.bias, self.h, self.W, out=self.z)

    def backward(self, dz: Tensor) -> None:
        """Writes the slopes of W and bias."""
        torch.bmm(self.hT, dz, out=self.dW)
        torch.sum(dz, 1, keepdim=True, out=self.dbias)

    def below(self, dz: Tensor) -> Tensor:
        """Returns the slope of `h`."""
        return torch.bmm(dz, self.WT, out=self.dh)


class DenseStack:
    """Scores `[m, b]` of `h` `[m, b, i]`: ReLU and dropout after every layer but the last.

    `parameters` are weights by layer, then biases, and so are the `slopes` that `backward` writes.
    """

    def __init__(self, h: Tensor, parameters: Sequence[Tensor], slopes: Sequence[Tensor]) -> None:
        self.layers: list[DensePass] = []
        k = len(parameters) // 2
        for W, bias, dW, dbias in zip(parameters[:k], parameters[k:], slopes[:k], slopes[k:], strict=True):
            self.layers.append(DensePass(h, W, bias, dW, dbias))
            h = torch.empty_like(self.layers[-1].z)

    def forward(self, keep: Sequence[Tensor]) -> Tensor:
        """Returns the scores of what stands in `h`; `keep` as in `fully_connected`."""
        for i, (layer, following) in enumerate(zip(self.layers, self.layers[1:], strict=False)):
            torch.mul(layer.forward().relu_(), keep[i] if keep else 1.0, out=following.h)
        self.keep = keep
        return self.layers[-1].forward().squeeze(2)

    def backward(self, slope: Tensor) -> None:
        """Writes the slopes of all parameters, given that of the scores `[m, b]`."""
        self.dz = slope[:, :, None]
        self.layers[-1].backward(self.dz)
        for i in reversed(range(len(self.layers) - 1)):
            layer, dh = self.layers[i], self.layers[i + 1].below(self.dz)
            dz = dh.mul_(self.keep[i]) if self.keep else dh
            self.dz = through_relu(dz, layer.z, 0, grad_input=layer.z)
            layer.backward(self.dz)

    def below(self) -> Tensor:
        """Returns the slope of `h`, after `backward`."""
        return self.layers[0].below(self.dz)
