"""What a GPU predicts against what the CPU does, of the same fitted predictors."""

import tempfile
from itertools import starmap
from pathlib import Path
from typing import Any

import click
import numpy as np
import torch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.settings import Preset

from benchmarks.predictor_shared import cells, verdict

NAME = "predictor-cuda"
FITS: list[tuple[Preset, str, int]] = [
    ("best", "gcn", 1),
    ("paper", "gcn", 1),
    ("paper", "gcn", 2),
    ("paper", "mlp", 1),
    ("paper", "cnn", 1),
]


def run() -> dict[str, Any]:
    """Returns the largest difference in percent over five kinds of predictors, and each. Refuses without CUDA."""
    if not torch.cuda.is_available():
        raise click.ClickException("wanted a CUDA device and a torch that was built for it; there is none")
    differences = list(starmap(difference, FITS))
    detail = ", ".join(f"{' '.join(map(str, fit))}: {found:.1e}" for fit, found in zip(FITS, differences, strict=True))
    return verdict(max(differences), "percent", "≤ 1e-4", max(differences) <= 1e-4, detail)


def difference(preset: Preset, kind: str, stages: int) -> float:
    """Returns the largest difference in percent between the devices, for 5,000 cells after a fit to 172 on the CPU."""
    graphs, y = cells()
    fitted = NeuralPredictor(preset, kind, stages=stages).fit(graphs[:172], y[:172])
    with tempfile.TemporaryDirectory() as folder:
        fitted.save(Path(folder) / "predictor")
        moved = NeuralPredictor.load(Path(folder) / "predictor", device="cuda")
    return float(np.abs(moved.predict(graphs[172:5172]) - fitted.predict(graphs[172:5172])).max())
