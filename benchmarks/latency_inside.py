"""Whether latency is measured by all workers at once: eight evaluations of 0.3 s with latencies of 0.3 s on four."""

import time
from typing import Any

import attrs

import nasplug
from benchmarks.toy_space import BenchSpace
from nasplug import Architecture, Evaluation, hookimpl

NAME = "latency-inside"
TRIALS, WORKERS, BAR = 8, 4, 1.5


@attrs.define(eq=False)
class Timed(BenchSpace):
    """An evaluation takes 0.3 s, and so does a measurement."""

    @hookimpl
    def devices(self) -> list[str]:
        return ["slow"]

    @hookimpl
    def measure_latency(self, architecture: Architecture) -> float:
        time.sleep(0.3)
        return 10.0

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str) -> Evaluation:
        time.sleep(0.3)
        return Evaluation(sum(architecture.code) / 1.2, 1.0, {}, "bench")


def run() -> dict[str, Any]:
    """Returns the seconds of the search, without a final evaluation."""
    started = time.perf_counter()
    nasplug.search(Timed(), "random", budget=TRIALS, workers=WORKERS, device="slow", finals=0)
    seconds = time.perf_counter() - started
    return {"figure": seconds, "unit": "s", "bar": f"≤ {BAR:g} s", "holds": seconds <= BAR}
