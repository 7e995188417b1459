"""One training step of stacked networks, recorded once a fit as a list of operations and replayed for every batch.

Less than half of a small network's step is arithmetic. The rest is Python that looks up tensors and allocates views
and memory for them, the same in every step. A recorded operation is bound to the tensors that it reads and overwrites.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor, nn

Operations = list[Callable[[], object]]  # called in order


class TrainingStep(Protocol):
    """Forward and backward pass of one mini-batch of `b` samples for each of `m` members.

    `forward` writes `scores` `[m, b]`. The loss then writes their gradients, `score_gradients` `[m, b]`, from which
    `backward` computes the gradient of every parameter. `dropout` holds a factor `[m, b, width]` for each hidden
    fully-connected layer, or nothing.
    """

    scores: Tensor
    score_gradients: Tensor

    def forward(self, samples: Tensor, dropout: Sequence[Tensor]) -> Operations:
        """Returns the operations that score the samples with the row numbers `samples` `[m·b]`."""

    def backward(self, dropout: Sequence[Tensor]) -> Operations:
        """Returns the operations that write all gradients, after `forward` with the same `dropout`."""


class AutogradStep:
    """A training step of any network, with gradients by autograd.

    `network` returns scores `[m, b]` when called with rows of `inputs`, `[m, b, …]` each, and `dropout`. The inputs
    have one row a sample, and their values may change between two steps. The gradients of the parameters are written
    to `gradients`, `[…, m, in, out]` each; `batch` is b.
    """

    def __init__(self, network: nn.Module, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> None:
        self.network, self.inputs, self.gradients = network, inputs, gradients
        self.scores, self.score_gradients = gradients[0].new_empty(2, gradients[0].shape[-3], batch).unbind(0)

    def forward(self, samples: Tensor, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.forward`."""
        return [partial(self._forward, samples, dropout)]

    def backward(self, dropout: Sequence[Tensor]) -> Operations:
        """See `TrainingStep.backward`."""
        return [self._backward]

    def _forward(self, samples: Tensor, dropout: Sequence[Tensor]) -> None:
        with torch.inference_mode(False), torch.enable_grad():  # a fit runs in inference mode
            rows = [t.index_select(0, samples).view(*self.scores.shape, *t.shape[1:]) for t in self.inputs]
            self._differentiable_scores = self.network(rows, dropout)
        self.scores.copy_(self._differentiable_scores.detach())

    def _backward(self) -> None:
        with torch.inference_mode(False):
            parameters = list(self.network.parameters())
            computed = torch.autograd.grad(self._differentiable_scores, parameters, self.score_gradients)
        for gradient, values in zip(self.gradients, computed, strict=True):
            gradient.copy_(values)


def select_rows(table: Tensor, samples: Tensor, out: Tensor) -> Callable[[], object]:
    """Returns the operation that copies the rows `samples` of `table` to `out`."""
    return partial(torch.index_select, table, 0, samples, out=out)


def relu_backward(gradients: Tensor, z: Tensor) -> Operations:
    """Returns the operations that turn `z`, an output of ReLU with these `gradients`, into that of its input."""
    return [z.sign_, partial(torch.mul, gradients, z, out=z)]
