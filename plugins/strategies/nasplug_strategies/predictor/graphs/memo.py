"""What was made of graphs is kept where it is asked for again: a search ranks the same candidates after every fit."""

from collections.abc import Callable, Hashable
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

MOST = 500_000  # graphs; the scalars of a cell of NASBench-101 take 1.3 kB, those of all 0.6 GB

T = TypeVar("T")

_known: WeakKeyDictionary[Graphs, dict[Hashable, Any]] = WeakKeyDictionary()


def kept(graphs: Graphs, key: Hashable, make: Callable[[], T]) -> T:
    """Returns `make()`, which is kept as long as `graphs` lives."""
    known = _known.setdefault(graphs, {})
    if key not in known or known[key] is None:
        made = make()
        known[key] = made if len(graphs) <= MOST else None
        return made
    return known[key]  # type: ignore[no-any-return]


def remembered(graphs: Graphs, key: Hashable, make: Callable[[], T]) -> T:
    """Returns `make()`; what is asked for a second time by the same `key` is kept as long as `graphs` lives."""
    known = _known.setdefault(graphs, {})
    if key in known:
        return kept(graphs, key, make)
    known[key] = None
    return make()
