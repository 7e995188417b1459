"""The architectures that a predictor ranks, and which of them at which fit."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug import Architecture, Run
from nasplug.plugin import plugin_options
from nasplug_strategies.distinct import Distinct

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
    def for_run(cls, run: Run, size: int, seen: Distinct) -> "Pool | None":
        """Returns the whole space where it enumerates, else up to `size` new random architectures; None for no new one.

        With a latency window the pool holds what lies inside. Every latency is measured, so a space of more than `size`
        architectures is sampled then.
        """
        if run.latency_window is None and (whole := _whole_space(run)):
            return whole
        architectures = _all_inside(run, size) if run.latency_window else None
        if architectures is None:
            architectures = Distinct(set(seen.seen)).sample(run.hook, run.rng, size)
        return cls.encoded(run.hook, architectures) if architectures else None


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


@attrs.define(eq=False)
class Candidates:
    """A pool to rank again and again: as a whole when the known networks have doubled, else its `shortlist` best."""

    pool: Pool
    shortlist: int
    _short: Pool | None = attrs.field(default=None, init=False)
    _order: list[int] = attrs.field(factory=list, init=False)  # of the whole pool when it was last ranked
    _known: int = attrs.field(default=0, init=False)  # networks known when the whole pool was last ranked
    _rest: Iterator[Architecture] = attrs.field(factory=lambda: iter(()), init=False)

    def best_first(self, known: int, rank: Callable[[Pool], list[int]]) -> Iterator[Architecture]:
        """Returns the architectures in the order of `rank`, when `known` networks are known.

        Those that are not on the short list follow in the order of the last ranking of the whole pool.
        """
        if known >= 2 * self._known:  # with twice the knowledge, the order may be quite another
            self._known, self._short, self._order = known, None, rank(self.pool)
            self._rest = (self.pool.architectures[row] for row in self._order)
            return self._rest
        short = self._short or self.pool[self._order[: self.shortlist]]
        self._short = short  # the same object until then: what is computed from its graphs is cached on them
        return chain((short.architectures[row] for row in rank(short)), self._rest)
