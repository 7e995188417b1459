"""Searches on the NASBench-101 surrogate: how soon the accuracy is reached that evolution has after 5,000 trainings.

Accuracies are predicted ones, free of the noise of a training, means of 100 seeds: of the network that `nasplug best
--predicted` names first, and of the one with the best record, which is often the luckiest. Evolution has records alone.
Takes hours on one core: `NASPLUG_SEEDS=0:10` measures a part, `NASPLUG_KEEP=DIR` keeps what was measured.
"""

import sys
from typing import Any

import numpy as np

import nasplug
from benchmarks.parts import kept, seeds
from benchmarks.predictor_shared import verdict
from nasplug.engine.result import Result
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.experiments.stored_runs.load import make_run
from nasplug.experiments.stored_runs.prediction import rank_by_prediction

NAME = "predictor-search-nasbench101"
TRAININGS, BAR, MARKS = 5000, 250, (50, 100, 150, 200, 250)
SURROGATE = {"evaluator": "surrogate"}


def run() -> dict[str, Any]:
    """Returns the least number of `MARKS` at which the mean accuracy is that of evolution."""
    target = float(np.mean([kept(NAME, record, "regularized_evolution", seed) for seed in seeds(100)]))
    found = []
    for seed in seeds(100):
        found.append(kept(NAME, accuracies, "neural_predictor", seed))
        print(f"seed {seed}: {found[-1]}, evolution's mean {target:.3f}", file=sys.stderr, flush=True)
    by_prediction, by_record = np.mean(found, 0)
    reached = [n for n, accuracy in zip(MARKS, by_prediction, strict=True) if accuracy >= target]
    figure = min(reached, default=float("inf"))
    detail = (
        f"evolution has {target:.3f} % after {TRAININGS}; {len(found)} seeds; after {MARKS} the predictor has, by "
        f"prediction, {by_prediction.round(3)}, by record {by_record.round(3)}"
    )
    return verdict(figure, "trainings", f"≤ {BAR}", figure <= BAR, detail)


def record(strategy: str, seed: int) -> float:
    """Returns the accuracy of the network with the best record of one search, in percent."""
    result = _search(strategy, seed, TRAININGS)
    return _final(max(_trained(result), key=lambda t: t.accuracy or 0.0))


def accuracies(strategy: str, seed: int) -> list[list[float]]:
    """Returns, in percent at each of `MARKS`, the accuracy of one search's network by prediction, and by record."""
    result = _search(strategy, seed, BAR)
    choice = Selection.of("nasbench101", strategy, SURROGATE, {})
    settings = Settings(space="nasbench101", strategy=strategy, seed=seed, budget=BAR)
    run = make_run(choice, settings, result.run)
    found: list[list[float]] = [[], []]
    for mark in MARKS:
        trials = _trained(result)[:mark]
        found[0].append(_final(rank_by_prediction(run, trials)[0][0]))
        found[1].append(_final(max(trials, key=lambda t: t.accuracy or 0.0)))
    return found


def _search(strategy: str, seed: int, budget: int) -> Result:
    return nasplug.search("nasbench101", strategy, budget=budget, seed=seed, space_options=SURROGATE)


def _trained(result: Result) -> list[nasplug.Trial]:
    return [trial for trial in result.trials if trial.purpose == "search" and trial.evaluation]


def _final(trial: nasplug.Trial) -> float:
    space = nasplug.space("nasbench101", **SURROGATE)
    return float(space.evaluate(architecture=trial.architecture, purpose="final", epochs=None, seed=0).accuracy)
