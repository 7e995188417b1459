"""Which architectures are ranked at which fit: all at some, the most promising in between."""

from collections.abc import Callable, Iterator
from itertools import chain

import attrs

from nasplug import Architecture
from nasplug_strategies.neural.pool import Pool


@attrs.define(eq=False)
class Candidates:
    """A pool, and the short list of its `shortlist` best, which is ranked until twice as many networks are known."""

    pool: Pool
    shortlist: int
    _short: Pool | None = attrs.field(default=None, init=False)
    _order: list[int] = attrs.field(factory=list, init=False)  # of the whole pool when it was last ranked
    _known: int = attrs.field(default=0, init=False)  # networks known when the whole pool was last ranked
    _rest: Iterator[Architecture] = attrs.field(factory=lambda: iter(()), init=False)

    def best_first(self, known: int, rank: Callable[[Pool], list[int]]) -> Iterator[Architecture]:
        """Returns the architectures in the order of `rank`, when `known` networks are known.

        Those that are not on the short list follow in the order in which the whole pool was last ranked.
        """
        if known >= 2 * self._known:  # what was learned since may turn the order over
            self._known, self._short, self._order = known, None, rank(self.pool)
            self._rest = (self.pool.architectures[row] for row in self._order)
            return self._rest
        short = self._short or self.pool[self._order[: self.shortlist]]
        self._short = short  # stays the same object until then: what is encoded of it is kept
        return chain((short.architectures[row] for row in rank(short)), self._rest)
