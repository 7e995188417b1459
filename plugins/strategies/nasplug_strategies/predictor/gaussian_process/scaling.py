"""Blocks of scalars brought to one scale."""

from typing import Self

import attrs
import torch
from torch import Tensor

from nasplug_strategies.predictor.graphs.structural_features import Blocks
from nasplug_strategies.predictor.settings import PredictorError


@attrs.frozen(eq=False)
class Scaler:
    """Mean and scale of `s` columns over a training set; columns that do not vary there are dropped."""

    mean: Tensor  # float32 [s]
    scale: Tensor  # float32 [s], standard deviations
    kept: Tensor  # bool [s], true for columns that vary
    block: Tensor  # int64 [s], the number of each column's block

    def __attrs_post_init__(self) -> None:
        shapes = [tuple(t.shape) for t in (self.mean, self.scale, self.kept, self.block)]
        if self.mean.ndim != 1 or len(set(shapes)) != 1:
            raise ValueError(f"wanted mean, scale, kept and block of as many columns, got {shapes}")

    @classmethod
    def fit(cls, blocks: Blocks) -> Self:
        """Returns the scaler of the blocks of `N` training graphs."""
        columns = torch.cat(list(blocks.values()), 1)
        widths = torch.tensor([block.shape[1] for block in blocks.values()])
        scale = columns.std(0, correction=0)
        number = torch.repeat_interleave(torch.arange(len(widths)), widths)
        varies = scale > 1e-6 * columns.abs().amax(0)  # whatever their unit
        return cls(columns.mean(0), torch.where(varies, scale, 1.0), varies, number)

    @property
    def blocks(self) -> Tensor:
        """The block of each kept column, int64 `[kept]`."""
        return self.block[self.kept]

    def __call__(self, blocks: Blocks) -> Tensor:
        """Returns standardised columns `[n, kept]` within ±4, so that an unusual graph stays in reach of the others.

        Raises `PredictorError` where the blocks are wider or narrower than in the fit.
        """
        columns = torch.cat(list(blocks.values()), 1)
        if columns.shape[1] != len(self.mean):
            raise PredictorError(f"wanted {len(self.mean)} scalars a graph, as in the fit, got {columns.shape[1]}")
        return (((columns - self.mean) / self.scale)[:, self.kept]).clamp(-4.0, 4.0)
