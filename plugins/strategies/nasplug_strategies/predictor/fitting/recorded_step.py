"""Training steps as tapes: operations bound once a fit to the tensors that they read and write.

Of a small network's step less than half is arithmetic. Python that looks for tensors, and makes views and memory for
them, is the rest, and it is the same in every step.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol

import torch
from torch import Tensor

Tape = list[Callable[[], object]]  # in order; each overwrites what it is bound to


class Pass(Protocol):
    """Forward and backward pass of a batch: `scores` `[m, b]` are read, `slope` `[m, b]` is written in between."""

    scores: Tensor
    slope: Tensor

    def forward(self, samples: Tensor, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the scores of `samples` `[m·b]`, with dropout factors `[m, b, width]`, or none."""

    def backward(self, keep: Sequence[Tensor]) -> Tape:
        """Returns what writes the gradient of every parameter, after `forward` with the same `keep`."""


def select(rows: Tensor, samples: Tensor, out: Tensor, dim: int = 0) -> Callable[[], object]:
    """Returns what copies the rows of `samples`, counted along `dim`, into `out`."""
    # torch's own: torch_geometric puts a slower one in the place of its name
    return partial(torch.ops.aten.index_select.out, rows, dim, samples, out=out)


def through_relu(slope: Tensor, z: Tensor) -> Tape:
    """Returns what overwrites `z`, an output of ReLU, with the slope of its input: `slope` where it is positive."""
    return [z.sign_, partial(torch.mul, slope, z, out=z)]
