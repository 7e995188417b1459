"""Predicting a whole space of NASBench-101's size against its matrix products alone."""

import resource
import time
from typing import Any

import torch
from nasplug_strategies.predictor import NeuralPredictor

from benchmarks.predictor_shared import cells, gcn_flops, gemm_rate, verdict

NAME = "predictor-predict-floor"
CELLS = 423_624


def run() -> dict[str, Any]:
    """Returns time ÷ floor; the cells are the 20,001 real ones, repeated up to the size of the space."""
    graphs, y = cells()
    predictor = NeuralPredictor(preset="paper", stages=1, epochs=1, size=144).fit(graphs[:172], y[:172])
    everything = graphs[torch.arange(CELLS) % len(graphs)]
    before = gemm_rate(40)
    start = time.perf_counter()
    predictor.predict(everything)
    seconds = time.perf_counter() - start
    rate = (before + gemm_rate(40)) / 2
    nodes = int(everything.mask.sum()) / CELLS
    ratio = seconds * rate / gcn_flops(CELLS, nodes, 5, 3, 144, (128,), False)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    detail = f"{seconds:.1f} s, {torch.get_num_threads()} threads, peak memory of the process {peak:.2f} GB"
    return verdict(ratio, "× floor", "≤ 1.5, ≤ 1.5 GB", ratio <= 1.5 and peak <= 1.5, detail)
