"""How many trainings a strategy needs to reach a level of reported accuracy."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats

ROUNDING = 1e-9  # percent: the mean of equal numbers may be this much below them


def default_levels(all_curves: Sequence[Curves]) -> list[float]:
    """Returns the levels at which strategies are compared by default: the mean with which each of them ends.

    Rounded down to a hundredth of a percent, ascending, each once.
    """
    return sorted({float(np.floor(100.0 * (curves.mean[-1] + ROUNDING)) / 100.0) for curves in all_curves})


def first_reached(values: Floats, level: float) -> Floats:
    """Returns `[n]`, after how many trainings each curve of `values` `[n, trainings]` reaches `level`; inf if never."""
    reached = values >= level - ROUNDING  # False for NaN
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


def trainings_to(all_curves: Sequence[Curves], levels: Sequence[float]) -> pd.DataFrame:
    """Returns how many trainings each strategy needs to reach each level, one row for both.

    The columns are `strategy`, `level`, `mean_curve` (trainings until the mean over repeats reaches the level),
    `reached` (the share of repeats that do) and `q25`, `median`, `q75` (the quartiles of the repeats' trainings).
    Trainings are inf where the level is not reached.
    """
    rows = []
    for curves in all_curves:
        for level in levels:
            trainings = first_reached(curves.reported, level)
            mean_curve = float(first_reached(curves.mean[None], level)[0])
            quartiles = np.quantile(trainings, [0.25, 0.5, 0.75], method="higher").tolist()
            rows.append((curves.strategy, level, mean_curve, float(np.isfinite(trainings).mean()), *quartiles))
    return pd.DataFrame(rows, columns=["strategy", "level", "mean_curve", "reached", "q25", "median", "q75"])
