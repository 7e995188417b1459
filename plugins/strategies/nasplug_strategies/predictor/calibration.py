"""From scores to accuracies in percent and back, by one monotone curve."""

from typing import Any, Self

import attrs
import numpy as np
from scipy import special, stats

Array = np.ndarray[Any, np.dtype[np.float64]]


@attrs.frozen(eq=False)
class Calibration:
    """A strictly increasing, piecewise linear curve from scores to percent, straight beyond its ends."""

    scores: Array  # of the curve's corners, ascending
    accuracies: Array  # percent, at each of `scores`
    slope: float  # percent a score, beyond the ends

    def __attrs_post_init__(self) -> None:
        if self.scores.ndim != 1 or self.scores.shape != self.accuracies.shape:
            raise ValueError(f"wanted a label for each score, got {self.accuracies.shape} for {self.scores.shape}")

    @classmethod
    def linear(cls, y: Array) -> Self:
        """Returns the curve that standardises: score 0 is the mean of `y`, ±1 one standard deviation away."""
        mean, scale = float(y.mean()), float(y.std())
        return cls(np.array([-1.0, 1.0]), np.array([mean - scale, mean + scale]), scale)

    @classmethod
    def ranks(cls, y: Array) -> Self:
        """Returns the curve through the quantiles of `y`: the scores are normal quantiles of its ranks.

        Beyond the ends its slope is a tenth of the whole curve's, so that an order remains where no label is.
        """
        scores = special.ndtri((stats.rankdata(y) - 0.5) / len(y))
        accuracies, first = np.unique(y, return_index=True)
        return cls(scores[first], accuracies, 0.1 * float(np.ptp(accuracies) / np.ptp(scores[first])))

    def score(self, accuracies: Array) -> Array:
        """Returns the scores of accuracies in percent: what a network learns."""
        inside = np.interp(accuracies, self.accuracies, self.scores)
        return inside + (accuracies - np.clip(accuracies, self.accuracies[0], self.accuracies[-1])) / self.slope

    def percent(self, scores: Array) -> Array:
        """Returns the accuracies of `scores` in percent."""
        inside = np.interp(scores, self.scores, self.accuracies)
        return inside + self.slope * (scores - np.clip(scores, self.scores[0], self.scores[-1]))

    def noise(self, scores: Array) -> Array:
        """Returns the variance that noise in the labels has at `scores`, relative to its mean along the curve.

        Labels are about equally noisy everywhere, scores are not: where many labels lie close together, as those of a
        search's good architectures do, a little noise moves a rank far. We take the variance to be proportional to the
        curve's slope in scores per percent. The slope at a corner is measured over a fifth of all corners, and limited
        to between 1/30 and 30 times its median.
        """
        corners, k = np.arange(len(self.scores)), max(2, len(self.scores) // 10)
        low, high = np.maximum(corners - k, 0), np.minimum(corners + k, corners[-1])
        spans = np.maximum(self.accuracies[high] - self.accuracies[low], 1e-9 * np.ptp(self.accuracies))
        steepness = (self.scores[high] - self.scores[low]) / spans
        steepness = np.clip(steepness / np.median(steepness), 1 / 30, 30)
        variance: Array = np.interp(scores, self.scores, steepness / steepness.mean())
        return variance
