"""How long the best predictor takes to fit."""

import time
from typing import Any

from nasplug_strategies.predictor import NeuralPredictor

from benchmarks.predictor_shared import cells, verdict

NAME = "predictor-fit-best"


def run() -> dict[str, Any]:
    """Returns seconds."""
    graphs, y = cells()
    start = time.perf_counter()
    NeuralPredictor(preset="best").fit(graphs[:172], y[:172])
    seconds = time.perf_counter() - start
    return verdict(seconds, "s", "≤ 20", seconds <= 20, "one thread")
