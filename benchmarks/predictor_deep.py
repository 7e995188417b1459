"""The 18-layer model against its matrix products alone: 119 samples, 300 epochs; 112,000 architectures predicted."""

import time
from typing import Any

import torch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.torch_settings import torch_held_at

from benchmarks.predictor_shared import gcn_flops, gemm_rate, verdict

NAME = "predictor-deep"
PAPER: dict[str, Any] = {"layers": 18, "size": 96, "hidden": (512, 128), "lr": 1e-3, "weight_decay": 1e-5, "stages": 1}


def run() -> dict[str, Any]:
    """Returns time ÷ floor of the fit, with that of the prediction."""
    graphs, y = chains(119), 70.0 + 5.0 * torch.rand(119, generator=torch.Generator().manual_seed(1)).numpy()
    predictor = NeuralPredictor(preset="paper", **PAPER)
    with torch_held_at(threads=1):
        before, start = gemm_rate(), time.perf_counter()
        predictor.fit(graphs, y)
        seconds = time.perf_counter() - start
        rate = (before + gemm_rate()) / 2
    fit = seconds * rate / (300 * gcn_flops(119, 22, 7, 18, 96, (512, 128), True))
    pool = chains(112_000)
    before, start = gemm_rate(40), time.perf_counter()
    predictor.predict(pool)
    waited = time.perf_counter() - start
    predict = waited * (before + gemm_rate(40)) / 2 / gcn_flops(112_000, 22, 7, 18, 96, (512, 128), False)
    detail = f"fit {fit:.2f} × floor ({seconds:.1f} s), prediction {predict:.2f} × floor ({waited:.1f} s)"
    return verdict(fit, "× floor", "≤ 3 to fit, ≤ 3 to predict", fit <= 3 and predict <= 3, detail)


def chains(n: int) -> Graphs:
    """Returns `n` random chains of 22 nodes with 7 operations."""
    operations = torch.randint(7, (n, 22), generator=torch.Generator().manual_seed(n))
    adjacency = torch.diag(torch.ones(21), 1).bool().expand(n, 22, 22)
    return Graphs(torch.eye(7)[operations], adjacency, torch.ones(n, 22, dtype=torch.bool))
