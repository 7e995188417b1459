"""The surrogate: a table of a predicted validation accuracy and training time for each of the 423,624 cells."""

import json
from bisect import bisect_left
from functools import lru_cache
from pathlib import Path
from typing import Any

import attrs
import numpy as np
from numpy.typing import NDArray

NAME = "surrogate.npz"
STEPS = {108: 0.002, 36: 0.02, 12: 0.02, 4: 0.02}  # percent, by epoch budget: rounding is far below the noise
TIME_STEP = 0.005  # of the logarithm of seconds: half a percent


@attrs.frozen
class Noise:
    """How single trainings scatter around their prediction: quantiles of held-out residuals, in percent.

    Args:
        edges: the predictions `[b − 1]` that separate b bins
        levels: the levels of the quantiles `[q]`, from 0 to 1
        quantiles: the residuals at these levels for each bin, `[b][q]`
    """

    edges: list[float]
    levels: list[float]
    quantiles: list[list[float]]

    def draw(self, predicted: float, uniform: float) -> float:
        """Returns the accuracy of one training, in percent, given the predicted one and a number in [0, 1)."""
        quantiles = self.quantiles[bisect_left(self.edges, predicted)]
        return min(100.0, max(0.0, predicted + float(np.interp(uniform, self.levels, quantiles))))


@attrs.frozen(eq=False)
class Surrogate:
    """The predictions, whose rows are those of `all_codes()`.

    Args:
        manifest: what the surrogate was made of, and how good it is on held-out records
        accuracy: by epoch budget, validation accuracies `[n]` in multiples of `STEPS`
        log_seconds: logarithms of the seconds of 108 epochs, `[n]`, in multiples of `TIME_STEP`
        noise: by epoch budget, how single trainings scatter
    """

    manifest: dict[str, Any]
    accuracy: dict[int, NDArray[np.uint16]]
    log_seconds: NDArray[np.uint16]
    noise: dict[int, Noise]

    @property
    def epochs(self) -> list[int]:
        """The epoch budgets that are predicted, ascending."""
        return sorted(self.accuracy)

    def predicted(self, row: int, epochs: int) -> float:
        """Returns the predicted validation accuracy of a row, in percent."""
        return int(self.accuracy[epochs][row]) * STEPS[epochs]

    def seconds(self, row: int, epochs: int) -> float:
        """Returns the predicted training time of a row: that of 108 epochs, in proportion to the epochs."""
        return float(np.exp(int(self.log_seconds[row]) * TIME_STEP)) * epochs / 108

    def rank(self, row: int, epochs: int) -> int:
        """Returns a row's rank by predicted accuracy, 1 for the best."""
        column = self.accuracy[epochs]
        return 1 + int((column > column[row]).sum())


@lru_cache(maxsize=1)
def load_surrogate() -> Surrogate:
    """Returns the surrogate that comes with this package, which is read once."""
    with np.load(Path(__file__).with_name(NAME), allow_pickle=False) as file:
        manifest = json.loads(bytes(file["manifest"]))
        accuracy = {epochs: file[f"accuracy_{epochs}"] for epochs in STEPS}
        noise = {epochs: Noise(**manifest["noise"][str(epochs)]) for epochs in STEPS}
        return Surrogate(manifest, accuracy, file["log_seconds"], noise)
