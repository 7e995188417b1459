"""Adam on one flat tensor, of which all parameters are views: one fused update a step instead of one a parameter."""

from collections.abc import Sequence

import torch
from torch import nn
from torch.optim.adam import adam

BETAS, EPSILON = (0.9, 0.999), 1e-8  # torch's defaults


class FlatAdam:
    """Adam with L2 `weight_decay`, as `torch.optim.Adam` without what that does beside the update.

    `slopes` are views of the gradient, parameter by parameter, for a pass to write into.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], weight_decay: float) -> None:
        self.flat = torch.cat([p.detach().flatten() for p in parameters])
        self.slope, self.mean, self.square = (torch.zeros_like(self.flat) for _ in range(3))
        self.steps = torch.zeros((), device=self.flat.device)
        self.weight_decay = weight_decay
        sizes = [p.numel() for p in parameters]
        for p, value in zip(parameters, torch.split(self.flat, sizes), strict=True):
            p.data = value.view_as(p)
        self.slopes = [slope.view_as(p) for p, slope in zip(parameters, torch.split(self.slope, sizes), strict=True)]

    def step(self, lr: float) -> None:
        """Moves the parameters by what stands in the slopes."""
        adam(
            [self.flat],
            [self.slope],
            [self.mean],
            [self.square],
            [],
            [self.steps],
            fused=True,
            foreach=False,
            amsgrad=False,
            beta1=BETAS[0],
            beta2=BETAS[1],
            lr=lr,
            weight_decay=self.weight_decay,
            eps=EPSILON,
            maximize=False,
        )
