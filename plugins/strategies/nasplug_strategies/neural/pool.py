"""The architectures that a predictor ranks: a pool, and how a run gets it."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np

from nasplug import Architecture, Run
from nasplug.plugin import plugin_options
from nasplug_strategies.distinct import Distinct, networks

if TYPE_CHECKING:
    from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

ENCODED_AT_ONCE = 10_000  # architectures: bounds the memory of the sparse batch


@attrs.frozen(eq=False)
class Pool:
    """`n` architectures, encoded once: their graphs and, where the space has them, features `[n, s]`."""

    architectures: Sequence[Architecture]
    graphs: "Graphs"
    features: np.ndarray[Any, Any] | None

    def __getitem__(self, rows: Sequence[int]) -> "Pool":
        """Returns the pool of the architectures at `rows`."""
        architectures = [self.architectures[row] for row in rows]
        features = None if self.features is None else self.features[rows]
        return Pool(architectures, self.graphs[rows], features)

    def inputs(self, preset: str) -> "tuple[Graphs, np.ndarray[Any, Any] | None]":
        """Returns the graphs and features that a predictor reads; the paper's reads graphs alone."""
        return self.graphs, None if preset == "paper" else self.features

    @classmethod
    def encoded(cls, hook: Any, architectures: Sequence[Architecture]) -> "Pool":
        """Returns the pool of these architectures, at least one."""
        from nasplug_strategies.predictor.graphs.dense_graphs import concatenate, dense

        graphs, features = [], []
        for start in range(0, len(architectures), ENCODED_AT_ONCE):
            part = architectures[start : start + ENCODED_AT_ONCE]
            graphs.append(dense(hook.encode_graph(architectures=part)))
            features.append(hook.features(architectures=part))
        return cls(architectures, concatenate(graphs), None if features[0] is None else np.concatenate(features))

    @classmethod
    def for_run(cls, run: Run, size: int, known: Distinct, rng: np.random.Generator) -> "Pool | None":
        """Returns the whole space where it enumerates, else up to `size` random architectures that are not known.

        None where there are none. With a latency window the pool holds what lies inside. Every latency is measured, so
        a space of more than `size` architectures is sampled then.
        """
        if run.latency_window is None and (whole := _whole_space(run)):
            return whole
        architectures = _all_inside(run, size) if run.latency_window else None
        if architectures is None:
            architectures = known.sample(run.hook, rng, size)
        return cls.encoded(run.hook, architectures) if architectures else None


@attrs.frozen(eq=False)
class Candidates:
    """What a run ranks after its `first` trials and from then on; a function of these trials and the seed.

    `rng` is the generator of the first fit, after the pool was drawn.
    """

    first: int
    pool: Pool | None
    rng: np.random.Generator

    @classmethod
    def of_run(cls, run: Run, first: int, size: int) -> Self:
        """Returns the candidates of a run, of at most `size` architectures where they are drawn."""
        rng = _generator(run, first)
        known = Distinct(networks(run.hook, run.trials[:first]))
        return cls(first, Pool.for_run(run, size, known, rng), rng)

    def generator(self, run: Run, trials: int) -> np.random.Generator:
        """Returns the generator of the fit to so many trials, however often it is asked for."""
        return copy.deepcopy(self.rng) if trials == self.first else _generator(run, trials)


def _generator(run: Run, trials: int) -> np.random.Generator:
    """Returns a generator for what is done once after so many trials, at whichever `suggest` that is."""
    return np.random.default_rng((run.seed, trials))


@attrs.define(eq=False)
class Ranking:
    """Architectures, best first by a fit to `learned` trials; each is asked for its canonical form once."""

    learned: int
    rest: Iterator[Architecture]
    _passed: list[tuple[Architecture, str]] = attrs.field(factory=list, init=False)

    def new(self, hook: Any, known: Distinct) -> Iterator[Architecture]:
        """Adds to `known` and yields what is new to it, from the best on."""
        yield from (architecture for architecture, form in self._passed if known.add(hook, architecture, form))
        for architecture in self.rest:
            self._passed.append((architecture, hook.canonical(architecture=architecture)))
            if known.add(hook, *self._passed[-1]):
                yield architecture


_whole_spaces: dict[tuple[object, str], Pool | None] = {}  # the last space alone


def _whole_space(run: Run) -> Pool | None:
    """Returns every architecture of the space, encoded once for all runs on it; None where it does not enumerate."""
    if run.middleware or not attrs.has(type(run.space)):  # not only the space's options decide what is in it
        return _encoded_whole(run.hook)
    key = run.space, repr(plugin_options(run.space))
    if key not in _whole_spaces:
        pool = _encoded_whole(run.hook)
        _whole_spaces.clear()
        _whole_spaces[key] = pool
    return _whole_spaces[key]


def _encoded_whole(hook: Any) -> Pool | None:
    architectures = list(hook.enumerate_space() or ())
    return Pool.encoded(hook, architectures) if architectures else None


def _all_inside(run: Run, size: int) -> list[Architecture] | None:
    """Returns all architectures inside the window; None where the space has more than `size` or does not enumerate."""
    architectures = list(islice(run.hook.enumerate_space() or (), size + 1))
    return list(inside(run, architectures)) if 0 < len(architectures) <= size else None


def inside(run: Run, architectures: Iterable[Architecture]) -> Iterator[Architecture]:
    """Yields the architectures whose latency on the run's device lies inside its window."""
    low, high = run.latency_window or (0.0, np.inf)
    for architecture in architectures:
        if low <= run.hook.measure_latency(architecture=architecture, device=run.device) <= high:
            yield architecture
