"""Two stages against one, MSE on the cells above 91 %: N = 172, mean of 10 seeds."""

from typing import Any

import numpy as np
from nasplug_strategies.predictor.metrics import mean_squared_error

from benchmarks.predictor_shared import predictions, verdict

NAME = "predictor-two-stages"


def run() -> dict[str, Any]:
    """Returns the mean squared error of two stages, beside that of one."""
    found = [_errors(stages) for stages in (1, 2)]
    one, two = (float(np.mean(errors)) for errors in found)
    better = int(np.sum(np.array(found[1]) < np.array(found[0])))
    detail = f"one stage {one:.3f}, two stages {two:.3f}, better on {better} of {len(found[0])} seeds"
    return verdict(two, "percent²", f"< one stage ({one:.3f})", two < one, detail)


def _errors(stages: int) -> list[float]:
    pairs = predictions(np.arange(20_001), 172, 10, preset="paper", stages=stages)
    return [mean_squared_error(predicted[y > 91], y[y > 91]) for predicted, y in pairs]
