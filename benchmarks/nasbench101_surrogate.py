"""The surrogate's predictor, fitted anew and evaluated on real records that it was not fitted to.

Takes a minute for each of the five folds; `NASPLUG_FOLDS=1` in the environment fits one.
"""

import os
from typing import Any

import numpy as np

from benchmarks.nasbench101_rows import SHARED

NAME = "nasbench101-surrogate"
BARS = {"tau": 0.87, "tau_above_91": 0.78, "r2_above_85": 0.95}


def run() -> dict[str, Any]:
    """Returns the mean figures over the folds: Kendall's τ, τ above 91 %, R² above 85 %; one network a fold."""
    import torch

    from scripts import nasbench101_surrogate_model as model

    torch.set_num_threads(1)
    real, cells = model.records(SHARED), model.all_cells()
    folds = model.folds(len(real.rows))[: int(os.environ.get("NASPLUG_FOLDS", "5"))]
    by_fold = [_figures(model, rows, cells, real, seed) for seed, rows in enumerate(folds)]
    mean = {name: float(np.mean([figures[name] for figures in by_fold])) for name in by_fold[0]}
    return {
        "figure": mean["tau"],
        "unit": "Kendall τ",
        "bar": ", ".join(f"{name} ≥ {bar:g}" for name, bar in BARS.items()),
        "holds": all(mean[name] >= bar for name, bar in BARS.items()),
        "folds": len(folds),
        **mean,
    }


def _figures(model: Any, held_out: Any, cells: Any, real: Any, seed: int) -> dict[str, float]:
    targets = model.fit_and_predict(held_out, cells, real, 10 * seed, real.rows[held_out])
    figures: dict[str, float] = model.figures(100.0 - np.exp(targets[:, 0]), real.accuracy[held_out, 0])
    return figures
