"""What the predictor's benchmarks share: the real cells, repeated fits, and the GEMM floor."""

import os
import time
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from nasplug_strategies.predictor import NeuralPredictor
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

SHARED = Path(os.environ.get("NASPLUG_SHARED_DATA", Path(__file__).resolve().parents[2] / "shared" / "data"))
TUNED, HELD_OUT = 0, 1  # even rows may be tuned on, odd rows are only reported on


def cells() -> tuple[Graphs, Any]:
    """Returns the 20,001 real NASBench-101 cells as dense graphs, and their validation accuracy in percent `[n]`."""
    with np.load(SHARED / "nasbench101_rank_0_20000.npz") as file:
        v, ops = file["num_vertices"].astype(int), file["interior_ops"].astype(int)
        x = np.zeros((len(v), 7, 5), np.float32)  # input, conv1x1, conv3x3, maxpool3x3, output
        for op, column in {0: 2, 1: 1, 2: 3}.items():
            x[:, 1:6, column] = ops == op
        x[:, 0, 0] = x[np.arange(len(v)), v - 1, 4] = 1.0
        mask = torch.from_numpy(np.arange(7) < v[:, None])
        adjacency = torch.from_numpy(file["adjacency"].astype(bool))
        return Graphs(torch.from_numpy(x), adjacency, mask), file["val_acc_108"].astype(float) * 100.0


def splits(rows: Any, n: int, seeds: int) -> Iterator[tuple[int, Any, Any]]:
    """Yields seed, `n` rows to train on and all other rows to report on."""
    for seed in range(seeds):
        order = np.random.default_rng(seed).permutation(rows)
        yield seed, order[:n], order[n:]


def predictions(rows: Any, n: int, seeds: int, **settings: Any) -> Iterator[tuple[Any, Any]]:
    """Yields predicted and true accuracies of the rows not trained on, a pair a seed."""
    graphs, y = cells()
    for seed, train, test in splits(rows, n, seeds):
        predictor = NeuralPredictor(seed=seed, **settings).fit(graphs[torch.from_numpy(train)], y[train])
        yield predictor.predict(graphs[torch.from_numpy(test)]), y[test]


def gemm_rate(repeats: int = 30, size: int = 1024) -> float:
    """Returns float32 FLOP a second of a square matrix product with torch's present threads."""
    a = torch.randn(size, size)
    _ = a @ a
    start = time.perf_counter()
    for _ in range(repeats):
        _ = a @ a
    return 2 * size**3 * repeats / (time.perf_counter() - start)


def gcn_flops(n: int, v: float, f: int, layers: int, size: int, hidden: tuple[int, ...], training: bool) -> float:
    """Returns FLOPs of one pass over `n` graphs: products with weights, aggregations and fully-connected layers.

    `training` adds the backward pass: gradients of weights everywhere, of states everywhere but in the first
    layer, whose aggregation is constant and counted once a prediction, never in a fit.
    """
    first, inner = n * v * 4 * f * size, n * v * 4 * size * size  # both directions
    aggregation = n * v * v * 4  # a state width
    widths = [size, *hidden, 1]
    dense = sum(2.0 * n * i * o for i, o in pairwise(widths))
    if training:
        return 2 * first + (layers - 1) * (3 * inner + 2 * aggregation * size) + 3 * dense
    return first + (layers - 1) * (inner + aggregation * size) + aggregation * f + dense


def verdict(figure: float, unit: str, bar: str, holds: bool, detail: str) -> dict[str, Any]:
    """Returns a benchmark's answer."""
    return {"figure": float(figure), "unit": unit, "bar": bar, "holds": bool(holds), "detail": detail}
