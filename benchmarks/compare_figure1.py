"""Figure 1 of arXiv 1912.00848 (supplementary material) on the surrogate: how long its 600 repeats take."""

import tempfile
import time
from pathlib import Path
from typing import Any

from nasplug.experiments.comparison import Comparison
from nasplug.experiments.plan import Plan

NAME = "compare-figure-1"
BAR, REPEATS, WORKERS, SAMPLE = 75.0, 600, 2, 4
PREDICTOR = "neural_predictor:preset=paper,stages=1,n=172,kind="
STRATEGIES = (
    *(f"{PREDICTOR}{kind}" for kind in ("gcn", "mlp", "cnn")),
    "regularized_evolution",
    "random:distinct=false",
)


def run() -> dict[str, Any]:
    """Returns minutes of 600 repeats of all five on two workers, extrapolated from a few after the first of each."""
    with tempfile.TemporaryDirectory() as folder:
        first = _seconds(Path(folder), 2)
        more = _seconds(Path(folder), 2 + SAMPLE)
    minutes = (first + more / SAMPLE * (REPEATS - 2)) / 60
    detail = f"{more / SAMPLE:.1f} s a repeat of all five on {WORKERS} workers, measured on {SAMPLE}"
    return {
        "figure": minutes,
        "unit": "minutes",
        "bar": f"≤ {BAR:g} minutes",
        "holds": minutes <= BAR,
        "detail": detail,
    }


def _seconds(folder: Path, repeats: int) -> float:
    plan = Plan(
        space="nasbench101",
        strategies=STRATEGIES,
        repeats=repeats,
        budget=300,
        space_options={"evaluator": "surrogate"},
    )
    started = time.perf_counter()
    Comparison.open(plan, folder).run(WORKERS, lambda said: None)
    return time.perf_counter() - started
