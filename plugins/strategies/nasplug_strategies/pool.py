"""The architectures that a predictor ranks."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import attrs
import numpy as np

from nasplug import Architecture
from nasplug_strategies.distinct import Distinct

if TYPE_CHECKING:
    from nasplug.run import Run
    from nasplug_strategies.predictor.graphs import Graphs

CHUNK = 10_000  # architectures encoded at a time: bounds what the sparse batch takes


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

    @classmethod
    def of(cls, run: "Run", size: int, seen: Distinct) -> "Pool":
        """Returns the whole space (inside the run's window) where it enumerates, else up to `size` new random ones."""
        if run.latency_window is None and run.space in _WHOLE:
            return _WHOLE[run.space]
        everything = run.hook.enumerate_space()
        if everything is None:
            architectures = Distinct(set(seen.seen)).sample(run.hook, run.rng, size)
        else:
            architectures = list(inside_window(run, everything))
        pool = cls(architectures, *encode(run.hook, architectures))
        if everything is not None and run.latency_window is None:
            _WHOLE[run.space] = pool
        return pool


_WHOLE: "WeakKeyDictionary[object, Pool]" = WeakKeyDictionary()  # a space encoded once serves repeats, and goes with it


def inside_window(run: "Run", architectures: Iterable[Architecture]) -> Iterator[Architecture]:
    """Returns the architectures whose latency on the run's device lies inside its window; all, without a window."""
    if run.latency_window is None:
        yield from architectures
        return
    low, high = run.latency_window
    for architecture in architectures:
        if low <= run.hook.measure_latency(architecture=architecture, device=run.device) <= high:
            yield architecture


def encode(hook: Any, architectures: Sequence[Architecture]) -> "tuple[Graphs, np.ndarray[Any, Any] | None]":
    """Returns the dense graphs of the architectures and the space's features of them, None where it has none."""
    from nasplug_strategies.predictor.graphs import concatenate, dense

    graphs, features = [], []
    for part in chunked(architectures, CHUNK):
        graphs.append(dense(hook.encode_graph(architectures=part)))
        features.append(hook.features(architectures=part))
    return concatenate(graphs), None if features[0] is None else np.concatenate(features)


def chunked(architectures: Sequence[Architecture], size: int) -> Iterator[Sequence[Architecture]]:
    """Returns consecutive parts of at most `size`."""
    for start in range(0, len(architectures), size):
        yield architectures[start : start + size]
