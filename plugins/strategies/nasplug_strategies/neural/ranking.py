"""From the trials of a run to an order of its pool."""

import logging
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Any

import numpy as np

from nasplug import Architecture, Run, Trial
from nasplug_strategies.distinct import networks
from nasplug_strategies.neural.growth import Growth, alternating
from nasplug_strategies.neural.pool import Candidates, Pool
from nasplug_strategies.neural.scale import Scale
from nasplug_strategies.neural.shortlist import quick_order
from nasplug_strategies.predictor.graphs.dense_graphs import padded
from nasplug_strategies.predictor.predictor import NeuralPredictor

log = logging.getLogger("nasplug")


def best_first(
    run: Run, candidates: Candidates, learned: int, shortlist: int, settings: dict[str, Any], explore: float
) -> Iterator[Architecture]:
    """Returns all candidates, best predicted first, after a fit to the first `learned` trials of the run.

    The run's first fit ranks the whole pool. Later ones rank its `shortlist` best by `quick_order`, whose order the
    rest follows in. A pool that takes mutants is ranked whole, and grows with every fit.
    """
    pool, trials, order = candidates.pool, run.trials[:learned], list[int]()
    assert pool is not None
    if candidates.mutants:
        return _grown(run, candidates, learned, settings, explore)
    ranked = pool
    if learned > candidates.first and len(pool.architectures) > shortlist:
        order = quick_order(pool, *known(run, trials), settings["preset"])
        ranked = pool[order[:shortlist]]
    rows = rank(run, trials, ranked, settings, explore, candidates.generator(run, learned))
    return chain((ranked.architectures[row] for row in rows), (pool.architectures[row] for row in order[shortlist:]))


def rank(
    run: Run, trials: Sequence[Trial], pool: Pool, settings: dict[str, Any], explore: float, rng: np.random.Generator
) -> list[int]:
    """Returns the rows of `pool`, best predicted first, after a fit to the complete ones of these trials.

    With `explore`, every second row is the best by predictions drawn around their means, with `explore` times the
    deviation of what is not known about them (Thompson sampling, independent by architecture).
    """
    predictor = fitted(run, trials, pool, settings)
    return alternating(_explored(predictor, pool, settings["preset"], explore, rng))


def _grown(
    run: Run, candidates: Candidates, learned: int, settings: dict[str, Any], explore: float
) -> Iterator[Architecture]:
    """Returns the order of the pool and of mutants that one fit to the first `learned` trials prefers."""
    pool, trials, rng = candidates.pool, run.trials[:learned], candidates.generator(run, learned)
    assert pool is not None
    predictor = fitted(run, trials, pool, settings)

    def predict(some: Pool) -> Any:
        return _explored(predictor, some, settings["preset"], explore, rng)

    growth = Growth(run, predict, {*candidates.known, *networks(run.hook, trials)}, rng)
    growth.begin(pool, known(run, trials)[0])
    growth.grow(candidates.mutants)
    log.info("the pool of %d has grown to %d architectures", len(pool.architectures), len(growth.architectures))
    return growth.order()


def _explored(predictor: NeuralPredictor, pool: Pool, preset: str, explore: float, rng: np.random.Generator) -> Any:
    """Returns predictions of the pool `[k, n]`: the means and, with `explore`, what is drawn around them."""
    draws = np.zeros((2 if explore else 1, len(pool.architectures)))
    draws[1:] = explore * rng.standard_normal(draws[1:].shape)
    return predictor.predict(*pool.inputs(preset), draws=draws)


def predict(run: Run, architectures: Sequence[Architecture], settings: dict[str, Any]) -> Any:
    """Returns the main objective's values of `architectures` `[n]`, after a fit to the complete trials of the run."""
    pool = Pool.encoded(run.hook, architectures)
    predictor = fitted(run, run.trials, pool, settings)
    return Scale.of(run, run.trials).values(predictor.predict(*pool.inputs(settings["preset"])))


def fitted(run: Run, trials: Sequence[Trial], pool: Pool, settings: dict[str, Any]) -> NeuralPredictor:
    """Returns a predictor fitted to the complete ones of these trials, with room for the largest graph of `pool`."""
    samples, accuracies = known(run, trials)
    graphs, features = samples.inputs(settings["preset"])
    graphs = padded(graphs, pool.graphs.x.shape[1])  # the few trained may all be smaller than the largest of the pool
    predictor = NeuralPredictor(seed=run.seed, **settings).fit(graphs, accuracies, features)
    tau = predictor.cross_validated_tau()
    quality = "" if tau is None else f", cross-validated Kendall τ {tau:.2f}"
    log.info("predictor fitted: %d architectures%s; %d in the pool", len(accuracies), quality, len(pool.architectures))
    return predictor


def known(run: Run, trials: Sequence[Trial]) -> tuple[Pool, Sequence[float]]:
    """Returns the architectures of the complete trials, encoded, and what the run searches for, in percent."""
    complete = [trial for trial in trials if trial.state == "complete"]
    percent = Scale.of(run, trials).percent([run.score(trial) for trial in complete])
    return Pool.encoded(run.hook, [trial.architecture for trial in complete]), percent
