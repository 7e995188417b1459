"""Pixel-1 latencies of a million architectures, in one call."""

import time
from typing import Any

import numpy as np

NAME = "proxyless-pixel1-million"
BAR = 0.5
ARCHITECTURES = 1_000_000


def run() -> dict[str, Any]:
    """Returns the median of five calls, in seconds."""
    from nasplug_proxyless.latency import pixel1_model
    from nasplug_proxyless.operations import CHOICES

    codes = np.random.default_rng(0).integers(CHOICES, size=(ARCHITECTURES, len(CHOICES)))
    seconds = []
    for _ in range(5):
        started = time.perf_counter()
        times = pixel1_model().latencies(codes)
        seconds.append(time.perf_counter() - started)
    figure = float(np.median(seconds))
    return {"figure": figure, "unit": "s", "bar": f"≤ {BAR:g}", "holds": figure <= BAR, "mean_ms": float(times.mean())}
