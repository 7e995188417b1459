"""Exactly uniform sampling among the architectures whose additive latency lies in a window."""

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug import Unsupported
from nasplug_proxyless.additive_latency import AdditiveLatency

GRID = 200_000  # steps between the lowest and the highest latency of the space
PATIENCE = 100  # rounds of proposals without one inside, after which a window counts as empty
ROUND = 1000  # codes that a round proposes at least after the first: a window may be narrower than a grid step


@attrs.frozen(eq=False)
class WindowSampler:
    """Draws codes with a latency in `[low, high]` ms.

    Latencies are rounded to a grid, layer by layer, so that dynamic programming can count the codes of every partial
    sum: `completions[l][s]` is how many ways layers l, l + 1, … have to end in the window from the sum s. Drawing a
    rank below the count of all and walking down the counts gives a uniform code. The counted window is wider than the
    real one by the largest possible rounding error, and a code outside the real one is drawn again: that leaves the
    distribution uniform. Counts are exact while they are below 2⁶³ (the whole space has 2⁵⁹·²).
    """

    model: AdditiveLatency
    low: float
    high: float
    steps: list[NDArray[np.int64]]  # per layer: the grid steps of its operations, least 0
    completions: list[NDArray[np.int64]]  # per layer and one more: [sums + 1], the last entry 0

    @classmethod
    def of(cls, model: AdditiveLatency, low: float, high: float) -> "WindowSampler":
        """Returns the sampler of a window. Raises `Unsupported` if the window contains no architecture."""
        least, most = model.bounds
        step = (most - least) / GRID or 1.0
        rows = [row[~np.isnan(row)] for row in model.coefficients]
        steps = [np.rint((row - row.min()) / step).astype(np.int64) for row in rows]
        slack = len(rows) / 2 + 1  # a rounding is off by half a step at most
        first = max(int(np.floor(max(low - least, 0.0) / step - slack)), 0)
        last = min(int(np.ceil(min(high - least, most - least) / step + slack)), sum(int(s.max()) for s in steps))
        completions = _count(steps, first, last) if first <= last else []
        sampler = cls(model, low, high, steps, completions)
        if not completions or completions[0][0] == 0:
            raise sampler._empty()
        return sampler

    def sample(self, count: int, rng: np.random.Generator) -> NDArray[np.int64]:
        """Returns int64 `[count, layers]` codes, uniform and with replacement. Raises `Unsupported` if none is."""
        inside, rounds, size = np.empty((0, len(self.steps)), np.int64), 0, count
        while len(inside) < count:
            codes = self._unrank(rng.integers(self.completions[0][0], size=size))
            times = self.model.latencies(codes)
            inside = np.concatenate([inside, codes[(self.low <= times) & (times <= self.high)]])
            rounds, size = rounds + 1, max(count - len(inside), ROUND)
            if rounds == PATIENCE and not len(inside):
                raise self._empty()
        return inside[:count]

    def _unrank(self, ranks: NDArray[np.int64]) -> NDArray[np.int64]:
        """Returns the codes `[n, layers]` number `ranks` `[n]`, in lexicographic order, of the counted window."""
        sums = np.zeros(len(ranks), np.int64)
        codes = np.empty((len(self.steps), len(ranks)), np.int64)
        for layer, steps in enumerate(self.steps):
            after = self.completions[layer + 1]
            ends = np.minimum(sums + steps[:, None], len(after) - 1)  # [operations, n]
            before = np.cumsum(after[ends], axis=0)
            codes[layer] = (before <= ranks).sum(axis=0)
            n = np.arange(len(ranks))
            ranks = ranks - np.where(codes[layer] > 0, before[codes[layer] - 1, n], 0)
            sums = sums + steps[codes[layer]]
        return codes.T

    def _empty(self) -> Unsupported:
        least, most = self.model.bounds
        return Unsupported(
            f"No architecture has a latency of {self.low:g} to {self.high:g} ms: "
            f"the space reaches from {least:.2f} to {most:.2f} ms. Widen the window."
        )


def _count(steps: list[NDArray[np.int64]], first: int, last: int) -> list[NDArray[np.int64]]:
    """Returns the tables of completions for totals from `first` to `last` grid steps."""
    ways = np.zeros(last + 2, np.int64)  # the last entry stands for every sum beyond the window
    ways[first : last + 1] = 1
    tables = [ways]
    for row in reversed(steps):
        before = np.zeros_like(ways)
        for step in row[row <= last]:
            before[: last + 1 - step] += ways[step : last + 1]
        ways = before
        tables.append(ways)
    return tables[::-1]
