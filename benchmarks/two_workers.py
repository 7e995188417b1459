"""How much faster two local worker processes search a space whose evaluations need a processor each."""

import os
import time
from typing import Any

import attrs

import nasplug
from benchmarks.toy_space import BenchSpace
from nasplug import Architecture, Evaluation, hookimpl

NAME = "two-workers"
TRIALS, BAR, LOOPS = 40, 1.8, 6_000_000


@attrs.define(eq=False)
class Busy(BenchSpace):
    """An evaluation counts for about half a second."""

    @hookimpl
    def evaluate(self, architecture: Architecture) -> Evaluation:
        total = 0
        for number in range(LOOPS):
            total += number & 7
        return Evaluation(sum(architecture.code) / 1.2, 1.0, {"total": float(total)}, "bench")


def run() -> dict[str, Any]:
    """Returns the speed of two workers over that of one, processes started and stopped included; best of three."""
    one, two = (min(_seconds(workers) for _ in range(3)) for workers in (1, 2))
    told = {"figure": one / two, "unit": "times as fast", "bar": f"≥ {BAR:g}", "holds": one / two >= BAR}
    return told | {"one_seconds": one, "two_seconds": two, "load": os.getloadavg()[0]}


def _seconds(workers: int) -> float:
    started = time.perf_counter()
    space = "benchmarks.two_workers:Busy"
    nasplug.search(space, "random", budget=TRIALS - 1, batch=4, workers=workers, middleware=["processes"])
    return time.perf_counter() - started
