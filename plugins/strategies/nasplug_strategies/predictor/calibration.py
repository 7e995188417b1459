"""From scores to percent, and from labels to what is learned: one monotone curve."""

from typing import Any, Self

import attrs
import numpy as np
from scipy import special, stats

Array = np.ndarray[Any, np.dtype[np.float64]]


@attrs.frozen(eq=False)
class Calibration:
    """A strictly increasing, piecewise linear curve through (`scores`, `labels`), straight on beyond its ends."""

    scores: Array
    labels: Array
    slope: float  # percent a score, outside

    def __attrs_post_init__(self) -> None:
        if self.scores.ndim != 1 or self.scores.shape != self.labels.shape:
            raise ValueError(f"wanted a label for each score, got {self.labels.shape} for {self.scores.shape}")

    @classmethod
    def linear(cls, y: Array) -> Self:
        """Returns the curve that standardises: score 0 is the mean of `y`, ±1 one standard deviation away."""
        mean, scale = float(y.mean()), float(y.std())
        return cls(np.array([-1.0, 1.0]), np.array([mean - scale, mean + scale]), scale)

    @classmethod
    def ranks(cls, y: Array) -> Self:
        """Returns the curve through the quantiles of `y`: the scores are normal quantiles of its ranks.

        Outside, the slope is a tenth of the curve's own, so that an order remains where no label is.
        """
        scores = special.ndtri((stats.rankdata(y) - 0.5) / len(y))
        labels, first = np.unique(y, return_index=True)
        at = scores[first]
        return cls(at, labels, 0.1 * float(np.ptp(labels) / np.ptp(at)))

    def score(self, labels: Array) -> Array:
        """Returns what is to be learned for `labels` in percent, of which the curve was made."""
        inside = np.interp(labels, self.labels, self.scores)
        return inside + (labels - np.clip(labels, self.labels[0], self.labels[-1])) / self.slope

    def noise(self, scores: Array) -> Array:
        """Returns what variance noise in the labels has in `scores`, relative to that along the whole curve.

        Labels are about equally noisy everywhere, scores are not: where many labels lie close together, as those of a
        search's good architectures do, a little noise moves a rank far. Proportional to the scores that a percent spans
        there, over a fifth of the curve, at most 30 times more or less than the median's.
        """
        here, k = np.arange(len(self.scores)), max(2, len(self.scores) // 10)
        low, high = np.maximum(here - k, 0), np.minimum(here + k, here[-1])
        wide = np.maximum(self.labels[high] - self.labels[low], 1e-9 * np.ptp(self.labels))
        steep = (self.scores[high] - self.scores[low]) / wide
        steep = np.clip(steep / np.median(steep), 1 / 30, 30)
        found: Array = np.interp(scores, self.scores, steep / steep.mean())
        return found

    def percent(self, scores: Array) -> Array:
        """Returns `scores` in percent."""
        inside = np.interp(scores, self.scores, self.labels)
        return inside + self.slope * (scores - np.clip(scores, self.scores[0], self.scores[-1]))
