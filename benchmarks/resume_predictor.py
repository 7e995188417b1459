"""What a resume of a `neural_predictor` run of 1,000 trials costs, against one fit of its predictor at that size.

The 1,000 trials are of random cells, named with `first`: nearly a hundred fits would take an hour. What a resume does
follows from the trials, wherever they come from.
"""

import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor

import nasplug

NAME = "resume-predictor"
TRIALS, FITS, MORE = 1000, 2.5, 2.0  # the bar: so many fits, and so many seconds
RUN = {"space": "nasbench101", "strategy": "neural_predictor", "name": "run"}


def run() -> dict[str, Any]:
    """Returns the seconds of a resume that makes one trial more, and those of a fit; in turns, the best of two."""
    with tempfile.TemporaryDirectory() as folder:
        storage = str(Path(folder) / "runs.db")
        first = nasplug.search(**RUN, budget=TRIALS, storage=storage, finals=0, first=_random_cells())
        fits, resumes = [], []
        for number in range(2):
            fits.append(_fit(first))
            resumes.append(_resume(storage, TRIALS + 1 + number))
    fit, resume = min(fits), min(resumes)
    bar = FITS * fit + MORE
    return {
        "figure": resume, "unit": "s", "bar": f"≤ {FITS:g} fits + {MORE:g} s = {bar:.1f} s", "holds": resume <= bar,
        "fit": fit, "trials": TRIALS,
    }  # fmt: skip


def _random_cells() -> list[nasplug.Architecture]:
    space, rng = nasplug.space("nasbench101"), np.random.default_rng(0)
    cells: dict[str, nasplug.Architecture] = {}  # by their canonical forms
    while len(cells) < TRIALS:
        cell = space.sample(rng=rng)
        cells[space.canonical(architecture=cell)] = cell
    return list(cells.values())


def _fit(result: Any) -> float:
    started = time.perf_counter()
    searched = [trial for trial in result.trials if trial.purpose == "search"]
    batch = nasplug.space("nasbench101").encode_graph(architectures=[trial.architecture for trial in searched])
    accuracy = np.array([trial.accuracy for trial in searched])
    NeuralPredictor(**NeuralPredictorSearch().predictor_options()).fit(batch, accuracy)
    return time.perf_counter() - started


def _resume(storage: str, budget: int) -> float:
    started = time.perf_counter()
    nasplug.search(name="run", resume=True, storage=storage, budget=budget)
    return time.perf_counter() - started
