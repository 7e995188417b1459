"""Fully-connected layers of stacked networks: parameters, forward pass, and a training step with written gradients."""

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import torch
from torch import Generator, Tensor
from torch.nn import ParameterList

from nasplug_strategies.predictor.fitting.training_step import Operations, relu_backward


def glorot(shape: tuple[int, ...], generator: Generator) -> Tensor:
    """Returns Glorot-uniform values of shape `[…, in, out]`."""
    limit = (6.0 / (shape[-2] + shape[-1])) ** 0.5
    return torch.empty(shape).uniform_(-limit, limit, generator=generator)


def dense_parameters(widths: Sequence[int], members: int, generator: Generator) -> tuple[ParameterList, ParameterList]:
    """Returns weights `[m, in, out]` and biases `[m, 1, out]` of the layers between the `widths`."""
    weights = ParameterList(glorot((members, i, o), generator) for i, o in pairwise(widths))
    return weights, ParameterList(torch.zeros(members, 1, width) for width in widths[1:])


def fully_connected(h: Tensor, weights: ParameterList, biases: ParameterList, dropout: Sequence[Tensor]) -> Tensor:
    """Returns scores `[m, b]` of `h` `[m, b, width]`: ReLU and dropout after every layer but the last.

    `dropout` holds a factor `[m, b, width]` for each of these layers, or nothing.
    """
    *hidden, last = zip(weights, biases, strict=True)
    for i, (W, bias) in enumerate(hidden):
        h = torch.baddbmm(bias, h, W).relu_()
        if dropout:
            h = h * dropout[i]
    return torch.baddbmm(last[1], h, last[0]).squeeze(2)


class DenseStep:
    """The training step of `fully_connected`, with its gradients written out; see `TrainingStep`.

    `parameters` holds the weights of all layers, then the biases; `gradients` those of the parameters, in their order.
    Layer i computes z[i] = h[i] W[i] + bias[i] of h[0], `h` `[m, b, in]`; `dh[i]` is the gradient of h[i].
    """

    def __init__(self, h: Tensor, parameters: Sequence[Tensor], gradients: Sequence[Tensor]) -> None:
        k = len(parameters) // 2
        self.W, self.bias, self.dW, self.dbias = parameters[:k], parameters[k:], gradients[:k], gradients[k:]
        self.z = [h.new_empty(*h.shape[:2], W.shape[2]) for W in self.W]
        self.h = [h, *map(torch.empty_like, self.z[:-1])]
        self.dh = [torch.empty_like(inputs) for inputs in self.h]
        self.scores = self.z[-1].squeeze(2)
        self.score_gradients = torch.empty_like(self.scores)

    def score(self, dropout: Sequence[Tensor]) -> Operations:
        """Returns the operations that score the present values of `h`."""
        operations: Operations = []
        for i, z in enumerate(self.z):
            if i:
                factor = dropout[i - 1] if dropout else 1.0
                operations += [self.z[i - 1].relu_, partial(torch.mul, self.z[i - 1], factor, out=self.h[i])]
            operations.append(partial(torch.baddbmm, self.bias[i], self.h[i], self.W[i], out=z))
        return operations

    def backward(self, dropout: Sequence[Tensor], inputs: bool = False) -> Operations:
        """Returns the operations that write the gradients of all parameters and, if `inputs`, `dh[0]`."""
        operations: Operations = []
        dz = self.score_gradients[:, :, None]
        for i in reversed(range(len(self.z))):
            operations.append(partial(torch.bmm, self.h[i].mT, dz, out=self.dW[i]))
            operations.append(partial(torch.sum, dz, 1, keepdim=True, out=self.dbias[i]))
            if i or inputs:
                operations.append(partial(torch.bmm, dz, self.W[i].mT, out=self.dh[i]))
            if i:
                operations += [partial(self.dh[i].mul_, dropout[i - 1])] if dropout else []
                dz = self.z[i - 1]
                operations += relu_backward(self.dh[i], dz)
        return operations
