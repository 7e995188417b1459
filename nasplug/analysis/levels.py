"""How many trainings a strategy needs to reach a level of what is reported."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats
from nasplug.types import ACCURACY, Objective

ROUNDING = 1e-9  # up to 100: the mean of equal numbers may be this much worse than they are


def default_levels(all_curves: Sequence[Curves]) -> list[float]:
    """Returns the levels at which strategies are compared by default: the mean with which each of them ends.

    Rounded to a slightly worse one, to a hundredth of a percent or else to four digits; the worst first, each once.
    """
    levels = {_rounded(float(curves.mean[-1]), curves.objective) for curves in all_curves}
    return sorted(levels, key=all_curves[0].objective.score)


def _rounded(level: float, objective: Objective) -> float:
    """Returns the level on a scale of hundredths, or of four digits, that is no better than this one."""
    digits = 2 if objective.unit == "%" or not level else 3 - math.floor(math.log10(abs(level)))
    scale = 10.0**digits
    score = objective.score(level) + _tolerance(level)
    return objective.score(float(np.floor(scale * score)) / scale)


def first_reached(values: Floats, level: float, objective: Objective = ACCURACY) -> Floats:
    """Returns `[n]`, after how many trainings each curve of `values` `[n, trainings]` reaches `level`; inf if never."""
    sign = objective.score(1.0)
    reached = sign * values >= sign * level - _tolerance(level)  # False for NaN
    return np.where(reached.any(axis=1), reached.argmax(axis=1) + 1.0, np.inf)


def _tolerance(level: float) -> float:
    return ROUNDING * max(1.0, abs(level) / 100.0)


def trainings_to(all_curves: Sequence[Curves], levels: Sequence[float]) -> pd.DataFrame:
    """Returns how many trainings each strategy needs to reach each level, one row for both.

    The columns are `strategy`, `level`, `mean_curve` (trainings until the mean over repeats reaches the level),
    `reached` (the share of repeats that do) and `q25`, `median`, `q75` (the quartiles of the repeats' trainings).
    Trainings are inf where the level is not reached.
    """
    rows = []
    for curves in all_curves:
        for level in levels:
            trainings = first_reached(curves.reported, level, curves.objective)
            mean_curve = float(first_reached(curves.mean[None], level, curves.objective)[0])
            quartiles = np.quantile(trainings, [0.25, 0.5, 0.75], method="higher").tolist()
            rows.append((curves.strategy, level, mean_curve, float(np.isfinite(trainings).mean()), *quartiles))
    return pd.DataFrame(rows, columns=["strategy", "level", "mean_curve", "reached", "q25", "median", "q75"])
