"""Searches on NAS-Bench-Graph: trainings until a network of the best 0.1 %, by validation. Nine data sets, 20 seeds.

Takes hours on one core: `NASPLUG_SEEDS=0:2` measures a part, `NASPLUG_DATASETS=cora,cs` other parts, `NASPLUG_KEEP=DIR`
keeps what was measured. Needs `pip install -e examples/nasbenchgraph`.
"""

import os
import sys
from functools import cache
from typing import Any

import attrs
import numpy as np
from nasplug_nasbenchgraph import NASBenchGraph

import nasplug
from benchmarks.parts import kept, seeds
from benchmarks.predictor_shared import verdict
from nasplug import Trial, hookimpl

NAME = "predictor-search-nasbenchgraph"
DATASETS = ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv", "proteins")
STRATEGIES = ("neural_predictor", "regularized_evolution", "random")
SHARE = 0.001


@attrs.define(eq=False)
class Goal:
    """Ends a search at the first trial that is at least as accurate as `accuracy`, in percent."""

    accuracy: float
    number: int | None = None

    @hookimpl
    def on_trial(self, run: Any, trial: Trial) -> None:
        """Stops the run where the goal is met, and remembers at which training that was, counted from 1."""
        if trial.purpose == "search" and trial.accuracy is not None and trial.accuracy >= self.accuracy:
            self.number = self.number or trial.number + 1
            run.stop("the goal is met")


def run() -> dict[str, Any]:
    """Returns how many times more trainings regularized evolution needs, with random search and each data set."""
    datasets = os.environ.get("NASPLUG_DATASETS", ",".join(DATASETS)).split(",")
    means = {strategy: [_mean(strategy, dataset) for dataset in datasets] for strategy in STRATEGIES}
    ours, evolution, random = (float(np.mean(means[strategy])) for strategy in STRATEGIES)
    detail = "; ".join(
        f"{dataset} {' / '.join(f'{means[strategy][i]:.0f}' for strategy in STRATEGIES)}"
        for i, dataset in enumerate(datasets)
    )
    holds = evolution / ours >= 2 and random / ours >= 6
    detail = f"trainings, {' / '.join(STRATEGIES)}: {ours:.1f} / {evolution:.1f} / {random:.1f} ({detail})"
    return verdict(evolution / ours, "× fewer", f"≥ 2; than random ≥ 6 ({random / ours:.2f})", holds, detail)


def _mean(strategy: str, dataset: str) -> float:
    found = [kept(NAME, trainings, strategy, dataset, seed) for seed in seeds(20)]
    print(f"{dataset} {strategy}: {found}", file=sys.stderr, flush=True)
    return float(np.mean(found))


@cache
def space_of(dataset: Any) -> NASBenchGraph:
    """Returns one space for all searches on a data set, so that its table and its graphs are made once."""
    return NASBenchGraph(dataset=dataset)


def trainings(strategy: str, dataset: str, seed: int) -> int:
    """Returns the number of the first training of one search that meets the goal."""
    space = space_of(dataset)
    known = sorted(100 * row["valid_perf"] for row in space.table.values())
    goal = Goal(known[-max(1, int(SHARE * len(known)))])
    nasplug.search(space, strategy, budget=len(known), seed=seed, observers=[goal])
    if goal.number is None:
        raise RuntimeError(f"{strategy} on {dataset}, seed {seed}: the goal was never met")
    return goal.number
