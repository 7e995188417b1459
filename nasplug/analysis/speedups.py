"""How many times fewer trainings one strategy needs than another, with bootstrap intervals over the repeats."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats
from nasplug.analysis.levels import first_reached

RESAMPLES, COVERAGE = 2000, 0.95


def speedups(all_curves: Sequence[Curves], levels: Sequence[float]) -> pd.DataFrame:
    """Returns one row a level and ordered pair of strategies: `level, strategy, than, factor, low, high`.

    `factor` = trainings of `than` / trainings of `strategy` until their mean curves reach the level. Only pairs of
    which both reach it have a row. `low` and `high` bound the middle 95 % of 2,000 resamples of the repeats (percentile
    bootstrap); they are empty for one repeat, or where no resample
    reaches the level, and `high` is inf where resamples of `than` do not reach the level.
    Strategies with equally many repeats are resampled together: repeat r has the same seed in each, and stays beside
    its like, so that the interval is that of paired samples.
    """
    means = [_resampled_means(c) for c in all_curves]
    rows = []
    for level in levels:
        whole = [float(first_reached(c.mean[None], level)[0]) for c in all_curves]
        drawn = [first_reached(m, level) for m in means]
        for a, b in permutations(range(len(all_curves)), 2):
            if np.isfinite(whole[a]) and np.isfinite(whole[b]):
                names = {"level": level, "strategy": all_curves[a].strategy, "than": all_curves[b].strategy}
                low, high = _interval(drawn[a], drawn[b])
                rows.append(names | {"factor": whole[b] / whole[a], "low": low, "high": high})
    return pd.DataFrame(rows, columns=["level", "strategy", "than", "factor", "low", "high"])


def _resampled_means(c: Curves) -> Floats:
    """Returns the mean curves of resamples, `[resamples, trainings]`; no resample for a single repeat.

    The seed is the same for every strategy, so that equally many repeats are drawn in the same way.
    """
    if c.repeats < 2:
        return np.empty((0, c.reported.shape[1]))
    rng = np.random.default_rng(0)
    weights = rng.multinomial(c.repeats, np.full(c.repeats, 1.0 / c.repeats), RESAMPLES) / c.repeats
    known = np.asarray(np.isfinite(c.reported).all(axis=0))  # a mean needs every repeat
    means = np.full((RESAMPLES, len(known)), np.nan)
    means[:, known] = weights @ c.reported[:, known]
    return means


def _interval(a: Floats, b: Floats) -> tuple[float, float]:
    """Returns the bounds of b / a; a resample in which only `a` fails counts as 0, one in which both do is left out."""
    if not len(a) or not len(b):
        return float("nan"), float("nan")
    both = np.isfinite(a) | np.isfinite(b)
    if not both.any():
        return float("nan"), float("nan")
    tail = (1.0 - COVERAGE) / 2.0
    low, high = np.quantile(b[both] / a[both], [tail, 1.0 - tail], method="inverted_cdf")
    return float(low), float(high)
