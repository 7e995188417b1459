"""Latency as a sum over layers: the form of the Pixel-1 model, and of look-up tables measured on a machine."""

from collections.abc import Sequence

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug_proxyless.operations import CHOICES, LAYERS

Codes = Sequence[Sequence[int]] | NDArray[np.integer]


@attrs.frozen(eq=False)
class AdditiveLatency:
    """A latency that is a sum over the layers of a network.

    Attributes:
        bias: the latency of what all networks share, in ms
        coefficients: what each operation adds in each layer, in ms, `[22, 7]`; NaN for what a layer cannot choose
    """

    bias: float
    coefficients: NDArray[np.float64]

    @classmethod
    def from_rows(cls, bias: float, rows: Sequence[Sequence[float]]) -> "AdditiveLatency":
        """Returns the model with one row for each layer, and in a row one coefficient for each choice of the layer.

        Raises:
            ValueError: the rows do not belong to the 22 layers, or a value is no finite number
        """
        if [len(row) for row in rows] != CHOICES.tolist():
            raise ValueError(f"expected {len(LAYERS)} rows of {CHOICES.tolist()} coefficients")
        table = np.full((len(LAYERS), CHOICES.max()), np.nan)
        for layer, row in enumerate(rows):
            table[layer, : len(row)] = row
        if not (np.isfinite(bias) and all(np.isfinite(value) for row in rows for value in row)):
            raise ValueError("expected finite coefficients in milliseconds")
        return cls(float(bias), table)

    def latencies(self, codes: Codes) -> NDArray[np.float64]:
        """Returns the latencies in ms, float64 `[n]`, of `n` codes."""
        index = np.asarray(codes).reshape(-1, len(self.coefficients))  # [n, layers]
        times = np.full(len(index), self.bias)
        for row, chosen in zip(self.coefficients, index.T, strict=True):
            times += row.take(chosen)
        return times

    @property
    def bounds(self) -> tuple[float, float]:
        """The lowest and the highest latency of the space, in ms."""
        low, high = np.nanmin(self.coefficients, axis=1), np.nanmax(self.coefficients, axis=1)
        return self.bias + float(low.sum()), self.bias + float(high.sum())
