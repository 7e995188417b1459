"""A share of a space, as random samples tell it: with an interval that contains the true share in 95 % of all cases."""

import attrs
import numpy as np

LEVEL = 0.95
HALVINGS = 60  # of an interval of at most 1, down to the precision of a float


@attrs.frozen
class Share:
    """How many of some random samples are inside, and what that says of the whole space."""

    inside: int
    samples: int

    @property
    def value(self) -> float:
        """The share of the samples that are inside."""
        return self.inside / self.samples

    @property
    def interval(self) -> tuple[float, float]:
        """The exact 95 % interval of Clopper and Pearson (Biometrika 1934); one-sided where none is inside, or all."""
        outside, samples = self.samples - self.inside, self.samples
        tail = (1 - LEVEL) / (2 if self.inside and outside else 1)
        low = 1 - _upper_bound(outside, samples, tail) if self.inside else 0.0
        high = _upper_bound(self.inside, samples, tail) if outside else 1.0
        return low, high

    def __str__(self) -> str:
        low, high = self.interval
        if not self.inside:
            return f"below {_percent(high)}"
        return f"above {_percent(low)}" if self.inside == self.samples else f"{_percent(low)} to {_percent(high)}"


def _upper_bound(inside: int, samples: int, tail: float) -> float:
    """Returns the share of which `inside` samples or fewer are drawn with the probability `tail`."""
    counts = np.arange(inside + 1)
    log_ways = np.cumsum(np.log((samples - counts[:-1]) / counts[1:]))  # of choosing 1, 2, … of the samples
    log_ways = np.concatenate([[0.0], log_ways])
    low, high = inside / samples, 1.0
    for _ in range(HALVINGS):
        share = (low + high) / 2
        at_most = np.exp(log_ways + counts * np.log(share) + (samples - counts) * np.log1p(-share)).sum()
        low, high = (share, high) if at_most > tail else (low, share)
    return high


def _percent(share: float) -> str:
    digits = 3 if share < 0.995 else 5  # of almost all, the digits after the nines matter
    return f"{100 * share:.{digits}g} %"
