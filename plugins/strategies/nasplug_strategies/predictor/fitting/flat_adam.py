"""Adam on one flat tensor, of which all parameters are views: one fused update a step instead of one a parameter."""

from collections.abc import Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

# what `torch.optim.Adam` comes to, with its defaults, after checks that take as long
update: Any = partial(torch._fused_adam_, beta1=0.9, beta2=0.999, eps=1e-8, amsgrad=False, maximize=False)


class FlatAdam:
    """Adam with L2 `weight_decay`, as `torch.optim.Adam` without what that does beside the update.

    `slopes` are views of the gradient, parameter by parameter, for a pass to write into.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], weight_decay: float) -> None:
        self.flat = torch.cat([p.detach().flatten() for p in parameters])
        slope, mean, square = (torch.zeros_like(self.flat) for _ in range(3))
        (self.steps, self.one), self.weight_decay = torch.tensor((0.0, 1.0), device=self.flat.device), weight_decay
        self.tensors: tuple[list[Tensor], ...] = ([self.flat], [slope], [mean], [square], [], [self.steps])
        sizes = [p.numel() for p in parameters]
        for p, value in zip(parameters, torch.split(self.flat, sizes), strict=True):
            p.data = value.view_as(p)
        self.slopes = [slope.view_as(p) for p, slope in zip(parameters, torch.split(slope, sizes), strict=True)]

    def step(self, lr: float) -> None:
        """Moves the parameters by what stands in the slopes."""
        self.steps.add_(self.one)  # a tensor: a number would become one at every step
        update(*self.tensors, lr=lr, weight_decay=self.weight_decay)
