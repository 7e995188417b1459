"""The architectures that a predictor ranks: a pool, and how a run gets it."""

import copy
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, Any, Self

import attrs
import numpy as np

from nasplug import Architecture, Run
from nasplug.plugin import Limit, plugin_options
from nasplug_strategies.distinct import Distinct, networks

if TYPE_CHECKING:
    from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

ENCODED_AT_ONCE = 10_000  # architectures: bounds the memory of the sparse batch


@attrs.frozen(eq=False)
class Pool:
    """`n` architectures, encoded once: their graphs and, where the space has them, features `[n, s]`.

    `is_whole` says that no architecture of the run's space, or of its latency window, is missing.
    """

    architectures: Sequence[Architecture]
    graphs: "Graphs"
    features: np.ndarray[Any, Any] | None
    is_whole: bool = False

    def __getitem__(self, rows: Sequence[int]) -> "Pool":
        """Returns the pool of the architectures at `rows`."""
        architectures = [self.architectures[row] for row in rows]
        features = None if self.features is None else self.features[rows]
        return Pool(architectures, self.graphs[rows], features)

    def inputs(self, preset: str) -> "tuple[Graphs, np.ndarray[Any, Any] | None]":
        """Returns the graphs and features that a predictor reads; the paper's reads graphs alone."""
        return self.graphs, None if preset == "paper" else self.features

    @classmethod
    def encoded(cls, hook: Any, architectures: Sequence[Architecture], is_whole: bool = False) -> "Pool":
        """Returns the pool of these architectures, at least one."""
        from nasplug_strategies.predictor.graphs.dense_graphs import concatenate, dense

        graphs, features = [], []
        for start in range(0, len(architectures), ENCODED_AT_ONCE):
            part = architectures[start : start + ENCODED_AT_ONCE]
            graphs.append(dense(hook.encode_graph(architectures=part)))
            features.append(hook.features(architectures=part))
        together = None if features[0] is None else np.concatenate(features)
        return cls(architectures, concatenate(graphs), together, is_whole)

    @classmethod
    def for_run(
        cls, run: Run, size: int, known: Distinct, rng: np.random.Generator, mutants: float = 0.0
    ) -> "Pool | None":
        """Returns the whole space where it enumerates, else random architectures that are not known.

        None where there are none. With a latency window the pool holds what lies inside. Every latency is measured, so
        a space of more than `size` architectures is sampled then. Of these `size`, the share `mutants` is not drawn.
        """
        if run.latency_window is None and (whole := _whole_space(run)):
            return whole
        if run.latency_window and (everything := _all_inside(run, size)) is not None:
            return cls.encoded(run.hook, everything, is_whole=True) if everything else None
        drawn = known.sample(run.hook, rng, max(1, round(size * (1.0 - mutants))))
        drawn = [architecture for architecture in drawn if keeps_limits(run, architecture)] or drawn
        return cls.encoded(run.hook, drawn) if drawn else None


@attrs.frozen(eq=False)
class Candidates:
    """What a run ranks after its `first` trials and from then on; a function of these trials and the seed.

    `rng` is the generator of the first fit, after the pool was drawn. `mutants` is how many a fit adds at most, and
    `known` are the canonical forms of the pool, where it is drawn, and of the first trials.
    """

    first: int
    pool: Pool | None
    rng: np.random.Generator
    mutants: int = 0
    known: frozenset[str] = frozenset()

    @classmethod
    def of_run(cls, run: Run, first: int, size: int, mutants: float = 0.0) -> Self:
        """Returns the candidates of a run: `size` at most, of them a share `mutants`, unless they are a whole space."""
        rng = _generator(run, first)
        known = Distinct(networks(run.hook, run.trials[:first]))
        pool = Pool.for_run(run, size, known, rng, mutants)
        added = 0 if pool is None or pool.is_whole else round(size * mutants)
        return cls(first, pool, rng, added, frozenset(known.told | known.pending))

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
    return Pool.encoded(hook, architectures, is_whole=True) if architectures else None


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


def keeps_limits(run: Run, architecture: Architecture) -> bool:
    """Returns whether an architecture keeps those limits of the run that are known without a training."""
    limits = [Limit.parse(text) for text in run.limits]
    if not limits:
        return True
    figures = dict(run.hook.measure(architecture=architecture) or {})
    if run.device and any(limit.name == "latency" for limit in limits):
        figures["latency"] = run.hook.measure_latency(architecture=architecture, device=run.device)
    return all(limit.holds(figures[limit.name]) for limit in limits if limit.name in figures)
