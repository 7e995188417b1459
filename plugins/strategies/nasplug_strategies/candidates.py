"""Which architectures are ranked at which fit: all at some, the most promising in between."""

from collections.abc import Callable, Iterator
from itertools import chain

import attrs

from nasplug import Architecture
from nasplug_strategies.pool import Pool


@attrs.define(eq=False)
class Candidates:
    """A pool, and the short list of its `shortlist` best, which is ranked until twice as many networks are known."""

    pool: Pool
    shortlist: int
    _short: Pool | None = attrs.field(default=None, init=False)
    _known: int = attrs.field(default=0, init=False)  # networks known when the whole pool was last ranked
    _rest: Iterator[Architecture] = attrs.field(factory=lambda: iter(()), init=False)

    def best_first(self, known: int, rank: Callable[[Pool], list[int]]) -> Iterator[Architecture]:
        """Returns the architectures in the order of `rank`, when `known` networks are known.

        Those that are not on the short list follow in the order in which the whole pool was last ranked.
        """
        whole = self._short is None or known >= 2 * self._known  # what was learned since may turn the order over
        candidates = self.pool if whole or self._short is None else self._short
        order = rank(candidates)
        found = (candidates.architectures[row] for row in order)
        if not whole:
            return chain(found, self._rest)
        self._short = candidates[order[: self.shortlist]]  # stays the same object until then: what it encodes is kept
        self._known, self._rest = known, found
        return found
