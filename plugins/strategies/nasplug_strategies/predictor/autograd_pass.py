"""One training step of any stacked network, with gradients by autograd."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class AutogradPass:
    """Scores `b` samples a member, then writes the slopes of all parameters into `slopes`.

    `inputs` hold one row a sample; what stands in them may change between two steps.
    """

    def __init__(self, network: nn.Module, inputs: Sequence[Tensor], slopes: Sequence[Tensor], b: int) -> None:
        self.network, self.inputs, self.slopes, self.b = network, inputs, slopes, b
        self.parameters = list(network.parameters())
        self.score = torch.empty(0)

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `samples` `[m·b]`; `keep` holds dropout factors `[m, b, width]`, or nothing."""
        rows = [t[samples] for t in self.inputs]
        self.score = self.network([t.view(-1, self.b, *t.shape[1:]) for t in rows], keep)
        return self.score.detach()

    def backward(self, slope: Tensor) -> None:
        """Writes the gradients that follow from the slope of the scores `[m, b]`."""
        found = torch.autograd.grad(self.score, self.parameters, slope)
        for slopes, gradient in zip(self.slopes, found, strict=True):
            slopes.copy_(gradient)
