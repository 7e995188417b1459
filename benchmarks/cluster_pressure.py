"""What a driver costs a trial with 1,000 workers and 100,000 evaluations of simulated duration, and what it holds."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from typing import Any

import attrs
import numpy as np

import nasplug
from benchmarks.toy_space import BenchSpace
from nasplug import Architecture, Evaluation, hookimpl

NAME = "cluster-pressure"
TRIALS, WORKERS, SECONDS = 100_000, 1000, 2.0
BAR, MEMORY_BAR = 3.0, 600.0


@attrs.define(eq=False)
class Simulated(BenchSpace):
    """An evaluation sleeps one to three seconds, as if another machine trained."""

    @hookimpl
    def evaluate(self, architecture: Architecture, seed: int) -> Evaluation:
        seconds = SECONDS * (0.5 + np.random.default_rng(seed).random())
        time.sleep(seconds)
        return Evaluation(sum(architecture.code) / 1.2, 1.0, {"seconds": seconds}, "bench")


def run(trials: int = TRIALS) -> dict[str, Any]:
    """Returns the driver's processor time a trial in milliseconds, its memory, and the share of worker time idle."""
    command = [sys.executable, "-c", f"from benchmarks.cluster_pressure import measure; measure({trials})"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    holds = found["figure"] <= BAR and found["memory_mb"] <= MEMORY_BAR
    bar = f"≤ {BAR:g} ms, memory ≤ {MEMORY_BAR:g} MB"
    return found | {"unit": "ms a trial", "bar": bar, "holds": holds, "trials": trials, "workers": WORKERS}


def measure(trials: int) -> None:
    """Prints the figures of one search, as JSON; in a process of its own, whose memory is the search's."""
    with tempfile.TemporaryDirectory() as folder:
        wall, cpu = time.perf_counter(), time.process_time()
        settings: dict[str, Any] = {"budget": trials, "workers": WORKERS, "asynchronous": True}
        result = nasplug.search(Simulated(), "regularized_evolution", storage=f"{folder}/x.db", **settings)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    slept = sum(trial.evaluation.metrics["seconds"] for trial in result.trials if trial.evaluation)
    idle = 1.0 - slept / (wall * WORKERS)
    print(json.dumps({"figure": cpu / trials * 1e3, "memory_mb": memory, "idle_share": idle, "wall_seconds": wall}))
