"""A fit with the paper's settings against its matrix products alone."""

import time
from typing import Any

from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.torch_settings import torch_held_at

from benchmarks.predictor_shared import cells, gcn_flops, gemm_rate, verdict

NAME = "predictor-fit-floor"


def run() -> dict[str, Any]:
    """Returns time ÷ floor for one network, with that of a member of eight."""
    one, eight = _ratio(1), _ratio(8)
    detail = f"one network {one:.2f} × floor, a member of eight stacked {eight:.2f} × floor"
    return verdict(one, "× floor", "≤ 2.5; ≤ 2.0 a member of 8", one <= 2.5 and eight <= 2.0, detail)


def _ratio(members: int) -> float:
    graphs, y = cells()
    predictor = NeuralPredictor(preset="paper", stages=1, members=members)
    with torch_held_at(threads=1):
        before = gemm_rate()
        start = time.perf_counter()
        predictor.fit(graphs[:172], y[:172])
        seconds = time.perf_counter() - start
        rate = (before + gemm_rate()) / 2
    nodes = int(graphs.mask[:172].sum()) / 172  # padding is no work that has to be done
    return seconds * rate / (300 * members * gcn_flops(172, nodes, 5, 3, 144, (128,), True))
