"""One training step of any stacked network with gradients by autograd: what the written ones are compared with."""

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
        with torch.inference_mode(False):  # a fit runs in it; tensors made there are of no use to autograd
            rows = [t[samples.clone()] for t in self.inputs]
            inputs = [t.view(-1, self.b, *t.shape[1:]) for t in rows]
            self.score = self.network(inputs, [factors.clone() for factors in keep])
        return self.score.detach()

    def backward(self, slope: Tensor) -> None:
        """Writes the gradients that follow from the slope of the scores `[m, b]`."""
        with torch.inference_mode(False):
            found = torch.autograd.grad(self.score, self.parameters, slope.clone())
        for slopes, gradient in zip(self.slopes, found, strict=True):
            slopes.copy_(gradient)
