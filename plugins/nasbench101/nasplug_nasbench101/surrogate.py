"""The surrogate's table: a predicted validation accuracy and training time for each of the 423,624 cells."""

import json
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

NAME = "surrogate.npz"
STEPS = {108: 0.002, 36: 0.02, 12: 0.02, 4: 0.02}  # percent, by epoch budget: a tenth of a record's scatter at most
TIME_STEP = 0.005  # of the logarithm of seconds, half a percent


@attrs.frozen
class Noise:
    """How one record scatters around what was predicted for it: quantiles of held-out residuals, by prediction.

    `edges` `[b − 1]` percent separate bins of equally many records; `quantiles` `[b][q]` percent at `levels` `[q]`.
    """

    edges: list[float]
    levels: list[float]
    quantiles: list[list[float]]

    def draw(self, predicted: float, uniform: float) -> float:
        """Returns a record's accuracy for a predicted one, both in percent, from a number in [0, 1)."""
        quantiles = self.quantiles[bisect_left(self.edges, predicted)]
        return min(100.0, max(0.0, predicted + float(np.interp(uniform, self.levels, quantiles))))

    def document(self) -> dict[str, Any]:
        """Returns the noise as JSON has it."""
        return attrs.asdict(self)


@attrs.frozen(eq=False)
class Surrogate:
    """Columns in the order of `all_codes()`: `accuracy[epochs]` `[n]` and `log_seconds` `[n]`, in their steps.

    `manifest` says what it was made of and how good it is on held-out records; `noise[epochs]` is a record's.
    """

    manifest: dict[str, Any]
    accuracy: dict[int, NDArray[np.uint16]]
    log_seconds: NDArray[np.uint16]
    noise: dict[int, Noise]

    @property
    def epochs(self) -> list[int]:
        """The epoch budgets there are, ascending."""
        return sorted(self.accuracy)

    def predicted(self, row: int, epochs: int) -> float:
        """Returns the predicted validation accuracy of a row, percent."""
        return int(self.accuracy[epochs][row]) * STEPS[epochs]

    def seconds(self, row: int, epochs: int) -> float:
        """Returns the predicted training time: of 108 epochs, or the same share of it as of the epochs."""
        return float(np.exp(int(self.log_seconds[row]) * TIME_STEP)) * epochs / 108

    def rank(self, row: int, epochs: int) -> int:
        """Returns a row's place by predicted accuracy, 1 for the best."""
        column = self.accuracy[epochs]
        return 1 + int((column > column[row]).sum())


@lru_cache(maxsize=1)
def surrogate() -> Surrogate:
    """Returns the table that comes with this distribution; read once."""
    with np.load(Path(__file__).with_name(NAME), allow_pickle=False) as file:
        manifest = json.loads(bytes(file["manifest"]))
        accuracy = {epochs: file[f"accuracy_{epochs}"] for epochs in STEPS}
        noise = {epochs: Noise(**manifest["noise"][str(epochs)]) for epochs in STEPS}
        return Surrogate(manifest, accuracy, file["log_seconds"], noise)


def quantised(values: NDArray[np.floating], step: float) -> NDArray[np.uint16]:
    """Returns values as multiples of `step`; raises `ValueError` where they do not fit 16 bits."""
    found = np.rint(values / step)
    if not ((found >= 0) & (found <= np.iinfo(np.uint16).max)).all():
        raise ValueError(f"wanted values between 0 and {step * 65535}, got {values.min()} to {values.max()}")
    steps: NDArray[np.uint16] = found.astype(np.uint16)
    return steps
