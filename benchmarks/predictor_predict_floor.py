"""Predicting every cell of NASBench-101 against its matrix products alone, with and without encoding the cells."""

import time
from pathlib import Path
from typing import Any

import torch
from nasplug_strategies.neural.pool import Pool
from nasplug_strategies.predictor import NeuralPredictor

import nasplug
from benchmarks.predictor_shared import cells, gcn_flops, gemm_rate, verdict

NAME = "predictor-predict-floor"


def run() -> dict[str, Any]:
    """Returns time ÷ floor, with that of encoding and predicting, and the peak memory of the process."""
    graphs, y = cells()
    predictor = NeuralPredictor(preset="paper", stages=1, epochs=1, size=144).fit(graphs[:172], y[:172])
    space = nasplug.space("nasbench101", evaluator="surrogate")
    architectures = list(space.enumerate_space())
    before, start = gemm_rate(40), time.perf_counter()
    everything = Pool.encoded(space, architectures).graphs
    encoded = time.perf_counter()
    predictor.predict(everything)
    seconds, both = time.perf_counter() - encoded, time.perf_counter() - start
    rate = (before + gemm_rate(40)) / 2
    nodes = int(everything.mask.sum()) / len(everything)
    floor = gcn_flops(len(everything), nodes, 5, 3, 144, (128,), False) / rate
    peak = _peak_gb()
    detail = (
        f"{len(everything)} cells: {seconds:.1f} s, {torch.get_num_threads()} threads; with encoding "
        f"{both / floor:.2f} × floor, {both:.1f} s; peak memory of the process {peak:.2f} GB"
    )
    holds = seconds <= 1.5 * floor and both <= 2.5 * floor and peak <= 1.5
    return verdict(seconds / floor, "× floor", "≤ 1.5, ≤ 2.5 with encoding, ≤ 1.5 GB", holds, detail)


def _peak_gb() -> float:
    """Returns the highest resident memory; `getrusage` would report a parent's where that is larger."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024 / 1e9
