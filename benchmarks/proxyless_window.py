"""112,000 architectures with 75 to 85 ms on Pixel-1, drawn exactly uniformly: the pool of the paper's frontier."""

import time
from typing import Any

import numpy as np

NAME = "proxyless-window-112000"
BAR = 5.0
COUNT, LOW, HIGH = 112_000, 75.0, 85.0


def run() -> dict[str, Any]:
    """Returns the seconds of the first call, in which the window is counted as well."""
    from nasplug_proxyless.latency import pixel1_model

    import nasplug

    space, rng = nasplug.space("proxyless"), np.random.default_rng(0)
    started = time.perf_counter()
    architectures = space.sample_within(device="pixel1", low=LOW, high=HIGH, count=COUNT, rng=rng)
    figure = time.perf_counter() - started
    times = pixel1_model().latencies([architecture.code for architecture in architectures])
    inside = len(architectures) == COUNT and bool(((times >= LOW) & (times <= HIGH)).all())
    return {"figure": figure, "unit": "s", "bar": f"≤ {BAR:g}", "holds": inside and figure <= BAR, "inside": inside}
