"""How many times fewer trainings one strategy needs than another, with bootstrap intervals over the repeats."""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats
from nasplug.analysis.levels import first_reached

RESAMPLES, COVERAGE = 2000, 0.95


def speedups(all_curves: Sequence[Curves], levels: Sequence[float]) -> pd.DataFrame:
    """Returns how many times fewer trainings a strategy needs than another, one row a level and ordered pair.

    The columns are `level`, `strategy`, `than`, `factor`, `low` and `high`. `factor` is the trainings of `than` divided
    by those of `strategy` until their mean curves reach the level; pairs of which one never does have no row. `low` and
    `high` bound the middle 95 % of 2,000 resamples of the repeats (percentile bootstrap). They are NaN for a single
    repeat or where no resample reaches the level; `high` is inf where resamples of `than` do not reach it.

    Strategies with equally many repeats are resampled together, as paired samples: repeat r has the same seed in each.
    """
    means = [_resampled_means(curves) for curves in all_curves]
    rows = []
    for level in levels:
        trainings = [float(first_reached(curves.mean[None], level, curves.objective)[0]) for curves in all_curves]
        pairs = zip(means, all_curves, strict=True)
        resampled = [first_reached(mean, level, curves.objective) for mean, curves in pairs]
        reaching = [index for index, count in enumerate(trainings) if np.isfinite(count)]
        for faster, slower in permutations(reaching, 2):
            names = {"level": level, "strategy": all_curves[faster].strategy, "than": all_curves[slower].strategy}
            low, high = _interval(resampled[faster], resampled[slower])
            rows.append(names | {"factor": trainings[slower] / trainings[faster], "low": low, "high": high})
    return pd.DataFrame(rows, columns=["level", "strategy", "than", "factor", "low", "high"])


def _resampled_means(curves: Curves) -> Floats:
    """Returns the mean curves of resamples of the repeats, `[resamples, trainings]`; none for a single repeat.

    The seed is the same for every strategy, so that equally many repeats are resampled in the same way.
    """
    if curves.repeats < 2:
        return np.empty((0, curves.reported.shape[1]))
    rng = np.random.default_rng(0)
    weights = rng.multinomial(repeats := curves.repeats, np.full(repeats, 1.0 / repeats), RESAMPLES) / repeats
    defined = np.asarray(np.isfinite(curves.reported).all(axis=0))  # [trainings]: a mean needs every repeat
    means = np.full((RESAMPLES, len(defined)), np.nan)
    means[:, defined] = weights @ curves.reported[:, defined]
    return means


def _interval(faster: Floats, slower: Floats) -> tuple[float, float]:
    """Returns the bounds of the speed-up over resamples, from the trainings of both strategies in each resample.

    Resamples in which neither reaches the level, inf / inf, do not count.
    """
    counts = np.isfinite(faster) | np.isfinite(slower) if len(faster) == len(slower) else np.zeros(0, dtype=bool)
    if not counts.any():
        return float("nan"), float("nan")
    tail = (1.0 - COVERAGE) / 2.0
    low, high = np.quantile(slower[counts] / faster[counts], [tail, 1.0 - tail], method="inverted_cdf")
    return float(low), float(high)
