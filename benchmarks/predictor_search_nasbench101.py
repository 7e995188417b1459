"""Searches on the NASBench-101 surrogate: how soon the accuracy is reached that evolution has after 5,000 trainings.

Accuracies are predicted ones of the network with the best record so far, means of 100 seeds. Takes hours on one core:
`NASPLUG_SEEDS=0:10` measures a part, `NASPLUG_KEEP=DIR` keeps what was measured.
"""

import sys
from typing import Any

import numpy as np

import nasplug
from benchmarks.parts import kept, seeds
from benchmarks.predictor_shared import verdict

NAME = "predictor-search-nasbench101"
TRAININGS, BAR = 5000, 250


def run() -> dict[str, Any]:
    """Returns the number of trainings after which the mean accuracy is that of evolution."""
    target = np.mean([kept(NAME, accuracies, "regularized_evolution", seed, TRAININGS)[-1] for seed in seeds(100)])
    curves = []
    for seed in seeds(100):
        curves.append(kept(NAME, accuracies, "neural_predictor", seed, BAR))
        print(f"seed {seed}: {curves[-1][-1]:.3f}, evolution's mean {target:.3f}", file=sys.stderr, flush=True)
    mean = np.mean(curves, 0)
    reached = np.flatnonzero(mean >= target)
    figure = float(reached[0] + 1) if len(reached) else float("inf")
    at = ", ".join(f"{n}: {mean[n - 1]:.3f}" for n in range(50, BAR + 1, 50))
    detail = f"evolution has {target:.3f} % after {TRAININGS}; the predictor, by trainings, {at}; {len(curves)} seeds"
    return verdict(figure, "trainings", f"≤ {BAR}", figure <= BAR, detail)


def accuracies(strategy: str, seed: int, budget: int) -> list[float]:
    """Returns the predicted accuracy of the incumbent after every training of one search, in percent."""
    space = nasplug.space("nasbench101", evaluator="surrogate")
    result = nasplug.search("nasbench101", strategy, budget=budget, seed=seed, space_options={"evaluator": "surrogate"})
    found: list[float] = []
    best = -1.0
    for trial in result.trials:
        if trial.purpose == "search":
            if trial.accuracy is not None and trial.accuracy > best:
                best = trial.accuracy
                final = space.evaluate(architecture=trial.architecture, purpose="final", epochs=None, seed=0).accuracy
            found.append(final)
    return found
