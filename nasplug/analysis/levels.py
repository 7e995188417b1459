"""How many trainings a strategy needs to reach a level of reported accuracy."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats

ROUNDING = 1e-9  # percent: a mean of equal numbers may lie so far below them


def default_levels(all_curves: Sequence[Curves]) -> list[float]:
    """Returns the levels at which strategies are compared unless the user names some: the mean that each ends at.

    Rounded down to a hundredth of a percent, ascending, without repetition.
    """
    return sorted({float(np.floor(100.0 * (c.mean[-1] + ROUNDING)) / 100.0) for c in all_curves})


def first_reached(values: Floats, level: float) -> Floats:
    """Returns after how many trainings each curve of `values` `[n, trainings]` first reaches `level`; inf if never."""
    hit = values >= level - ROUNDING  # NaN compares as False
    return np.where(hit.any(axis=1), hit.argmax(axis=1) + 1.0, np.inf)


def trainings_to(all_curves: Sequence[Curves], levels: Sequence[float]) -> pd.DataFrame:
    """Returns one row a strategy and level: `strategy, level, mean_curve, reached, q25, median, q75`.

    `mean_curve` is when the mean over repeats reaches it, `reached` the share of repeats that do, the quartiles those
    of the single repeats; all in trainings, inf where it is not reached.
    """
    rows = []
    for c in all_curves:
        for level in levels:
            single = first_reached(c.reported, level)
            low, median, high = np.quantile(single, [0.25, 0.5, 0.75], method="higher")
            rows.append(
                {
                    "strategy": c.strategy,
                    "level": level,
                    "mean_curve": float(first_reached(c.mean[None], level)[0]),
                    "reached": float(np.isfinite(single).mean()),
                    "q25": float(low),
                    "median": float(median),
                    "q75": float(high),
                }
            )
    return pd.DataFrame(rows)
