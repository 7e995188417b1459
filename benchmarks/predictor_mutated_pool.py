"""Searches with the predictor on 22-layer networks: its growing pool against 1,000,000 random networks, 20 seeds.

The landscapes are three real data sets: a predictor that is fitted to all rows of a set says what every network is
worth, and a training is as far off as these rows are. Takes hours on one core: `NASPLUG_SEEDS=0:2` measures a part,
`NASPLUG_DATASETS=caltech` another, `NASPLUG_KEEP=DIR` keeps what was measured.
"""

import os
import sys
import time
from collections.abc import Iterator
from functools import cache
from typing import Any

import attrs
import numpy as np
import torch
from nasplug_proxyless.space import Proxyless
from nasplug_strategies.neural.growth import alternating
from nasplug_strategies.neural.pool import Candidates, Pool, Ranking
from nasplug_strategies.neural.ranking import fitted
from nasplug_strategies.neural.strategy import EXPLORE, NeuralPredictorSearch
from nasplug_strategies.predictor import NeuralPredictor
from scipy import stats

import nasplug
from benchmarks.parts import kept, seeds
from benchmarks.predictor_shared import SHARED, verdict
from nasplug import Architecture, Evaluation, Run, hookimpl

NAME = "predictor-mutated-pool"
SETS = ("caltech", "oxford_pet", "cifar100")
SEEDS, TRIALS = 20, 100
RANDOM, EXACT, SCREENED = 1_000_000, 4000, 10_000  # networks: all, those that a screen learns from, those that pass it
SECONDS = 5.0  # of one core, for the suggestions after a fit to `TRIALS` trials


def run() -> dict[str, Any]:
    """Returns the least advantage over the sets, in points of true accuracy, and the seconds of one refit."""
    file = SHARED / "proxylessnas_small_tasks.npz"
    if not file.exists():
        raise SystemExit(
            f"{NAME} needs the networks of {file}, which is not there; NASPLUG_SHARED_DATA names its folder."
        )
    sets = os.environ.get("NASPLUG_DATASETS", ",".join(SETS)).split(",")
    advantages = {name: _advantage(name) for name in sets}
    cpu, wall = kept(NAME, refit, sets[0])
    means = [float(differences.mean()) for differences in advantages.values()]
    detail = "; ".join(f"{name} {_interval(differences)}" for name, differences in advantages.items())
    detail = f"{detail}; a refit takes {cpu:.1f} s of one core, {wall:.1f} s in all"
    bar = f"≥ 0 on each set; a refit ≤ {SECONDS:g} s"
    return verdict(min(means), "points", bar, min(means) >= 0 and cpu <= SECONDS, detail)


def _advantage(name: str) -> Any:
    """Returns the best true accuracy of the growing pool less that of the random one, for each seed."""
    pairs = [[kept(NAME, search, name, arm, seed) for arm in ("grown", "random")] for seed in seeds(SEEDS)]
    print(f"{name}: {pairs}", file=sys.stderr, flush=True)
    return np.array([grown["best"] - random["best"] for grown, random in pairs])


def _interval(differences: Any) -> str:
    half = stats.sem(differences) * stats.t.ppf(0.975, len(differences) - 1)
    return f"{differences.mean():+.3f} ± {half:.3f} ({len(differences)} seeds)"


def search(name: str, arm: str, seed: int) -> dict[str, float]:
    """Returns the true accuracy of the best suggestion, of the best record, and the mean of the last ten."""
    strategy = NeuralPredictorSearch() if arm == "grown" else OfRandomOnes(pool=EXACT, mutants=0.0)
    result = nasplug.search(landscape(name), strategy, budget=TRIALS, batch=10, seed=seed, finals=0)
    trials = [trial for trial in result.trials if trial.evaluation]
    true = [trial.evaluation.metrics["true"] for trial in trials if trial.evaluation]
    record = max(range(len(trials)), key=lambda i: trials[i].accuracy or 0.0)
    return {"best": max(true), "record": true[record], "last": float(np.mean(true[-10:]))}


def refit(name: str) -> tuple[float, float]:
    """Returns the CPU seconds and the seconds of the suggestions after a fit to `TRIALS` trials, the least of three."""
    torch.set_num_threads(1)
    taken = []
    for seed in range(3):
        space, strategy = landscape(name), NeuralPredictorSearch(n=TRIALS)
        with nasplug.open_run(space, strategy, budget=TRIALS + 10, batch=10, seed=seed) as session:
            for job in session.ask(TRIALS):
                session.tell(job, space.evaluate(job.architecture, job.seed))
            cpu, wall = time.process_time(), time.perf_counter()
            session.ask(10)
            taken.append((time.process_time() - cpu, time.perf_counter() - wall))
    return min(taken)


@cache
def landscape(name: str) -> Any:
    """Returns the 22-layer space in which accuracies are those of a predictor fitted to a set, and noise."""
    with np.load(SHARED / "proxylessnas_small_tasks.npz") as file:
        codes, labels = file[f"{name}_arch"], file[f"{name}_val_acc"].astype(float) * 100.0
    rows = Pool.encoded(Proxyless(), [Architecture("proxyless", tuple(code)) for code in codes.tolist()])
    truth = NeuralPredictor(seed=0).fit(rows.graphs, labels, rows.features)
    noise = float(np.std(labels - truth.predict(rows.graphs, rows.features)))

    class Landscape(Proxyless):
        def on_start(self, run: Run) -> None:
            """Says nothing of a task, which is not trained on."""

        @hookimpl
        def recommend(self, strategy: str) -> None:
            """Recommends nothing: accuracy is searched for, with the strategy's own defaults."""

        @hookimpl
        def evaluate(self, architecture: Architecture, seed: int) -> Evaluation:  # type: ignore[override]
            one = Pool.encoded(self, [architecture])
            true = float(truth.predict(one.graphs, one.features)[0])
            label = true + noise * np.random.default_rng(seed).standard_normal()
            return Evaluation(float(np.clip(label, 0.0, 100.0)), 1.0, {"true": true})

    return Landscape()


@attrs.define(eq=False)
class OfRandomOnes(NeuralPredictorSearch):
    """The same strategy, which chooses among `RANDOM` networks.

    To predict them all would take minutes. A ridge regression of the predictions of `EXACT` of them on operations and
    on pairs of neighbours screens all; the predictor itself orders the `SCREENED` best.
    """

    def _rank(self, run: Run, candidates: Candidates, learned: int) -> Ranking:
        return Ranking(learned, self._ordered(run, candidates, learned))

    def _ordered(self, run: Run, candidates: Candidates, learned: int) -> Iterator[Architecture]:
        sample, settings, explore = candidates.pool, self.predictor_options(), EXPLORE[self.preset]
        assert sample is not None
        predictor = fitted(run, run.trials[:learned], sample, settings)
        drawn = np.random.default_rng((run.seed, 1)).integers(Proxyless().choices(), size=(RANDOM, 22), dtype=np.int8)
        z = explore * candidates.generator(run, learned).standard_normal(RANDOM)
        rows = _screened(drawn, z, sample, predictor)
        passed = Pool.encoded(run.hook, [Architecture("proxyless", tuple(code)) for code in drawn[rows].tolist()])
        draws = np.stack((np.zeros(len(rows)), z[rows]))
        order = alternating(predictor.predict(*passed.inputs(self.preset), draws=draws))
        return (passed.architectures[row] for row in order)


def _screened(drawn: Any, z: Any, sample: Pool, predictor: NeuralPredictor) -> Any:
    """Returns the rows of `drawn` that may be the best by their means, or with `z` deviations added."""
    codes, ones = np.array([architecture.code for architecture in sample.architectures]), np.ones(EXACT)
    mean, moved = predictor.predict(*sample.inputs("best"), draws=np.stack((0 * ones, ones)))
    X = np.concatenate([kind[:, None] == np.arange(kinds) for kind, kinds in _kinds(codes)], 1).astype(np.float32)
    weights = np.linalg.solve(X.T @ X + 3.0 * np.eye(X.shape[1]), X.T @ (mean - mean.mean()))
    score, first = np.zeros(RANDOM), 0
    for kind, kinds in _kinds(drawn):
        score += weights[first : first + kinds][kind]
        first += kinds
    best = [np.argpartition(-values, SCREENED)[:SCREENED] for values in (score, score + (moved - mean).mean() * z)]
    return np.unique(np.concatenate(best))


def _kinds(codes: Any) -> Iterator[tuple[Any, int]]:
    """Yields the operation `[n]` of each layer, then each pair of neighbours, and how many kinds there are."""
    yield from ((codes[:, layer], 7) for layer in range(22))
    yield from ((7 * codes[:, layer].astype(np.int64) + codes[:, layer + 1], 49) for layer in range(21))
