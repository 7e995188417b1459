"""The architectures that a predictor ranks."""

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug import Architecture
from nasplug.loading import manager
from nasplug.plugin import plugin_options
from nasplug_strategies.distinct import Distinct

if TYPE_CHECKING:
    from nasplug import Run
    from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

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

    def shown(self, preset: str) -> "tuple[Graphs, np.ndarray[Any, Any] | None]":
        """Returns what a predictor of that preset sees of them: graphs and features, the paper's graphs alone."""
        return self.graphs, None if preset == "paper" else self.features

    @classmethod
    def encoded(cls, hook: Any, architectures: Sequence[Architecture]) -> "Pool":
        """Returns the pool of these architectures, at least one."""
        from nasplug_strategies.predictor.graphs.dense_graphs import concatenate, dense

        graphs, features = [], []
        for part in chunked(architectures, CHUNK):
            graphs.append(dense(hook.encode_graph(architectures=part)))
            features.append(hook.features(architectures=part))
        return cls(architectures, concatenate(graphs), None if features[0] is None else np.concatenate(features))

    @classmethod
    def of(cls, run: "Run", size: int, seen: Distinct) -> "Pool | None":
        """Returns the whole space where it enumerates, else up to `size` new random architectures; None: no new one.

        With a latency window it holds what lies inside. Every latency is measured, so that of a space of more than
        `size` architectures random ones are taken then.
        """
        if run.latency_window is None and (whole := _whole(run)):
            return whole
        few = _few_inside(run, size) if run.latency_window else None
        found = Distinct(set(seen.seen)).sample(run.hook, run.rng, size) if few is None else few
        return cls.encoded(run.hook, found) if found else None


def _few_inside(run: "Run", size: int) -> list[Architecture] | None:
    """Returns all architectures inside the run's window; None where the space has more than `size`, or knows not."""
    members = list(islice(run.hook.enumerate_space() or (), size + 1))
    return list(inside(run, members)) if 0 < len(members) <= size else None


def inside(run: "Run", architectures: Iterable[Architecture]) -> Iterator[Architecture]:
    """Returns the architectures whose latency on the run's device lies inside its window."""
    low, high = run.latency_window or (0.0, np.inf)
    for architecture in architectures:
        if low <= run.hook.measure_latency(architecture=architecture, device=run.device) <= high:
            yield architecture


def _whole(run: "Run") -> Pool | None:
    """Returns every architecture of the space, encoded once for all repeats where nothing but its options decides."""
    if run.middleware or not attrs.has(type(run.space)):
        return _encoded_whole(run.hook)
    return _of_space(run.space, repr(plugin_options(run.space)))


@lru_cache(maxsize=1)
def _of_space(space: object, options: str) -> Pool | None:
    return _encoded_whole(manager.build(space).hook)


def _encoded_whole(hook: Any) -> Pool | None:
    every = list(hook.enumerate_space() or ())
    return Pool.encoded(hook, every) if every else None


def chunked(architectures: Sequence[Architecture], size: int) -> Iterator[Sequence[Architecture]]:
    """Returns consecutive parts of at most `size`."""
    for start in range(0, len(architectures), size):
        yield architectures[start : start + size]
