"""What a run is doing at this moment, and a clock for it that never goes backwards."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

import attrs


@attrs.define(eq=False)
class Activity:
    """The numbers of trials by state, for those who show a run: single set operations, safe from every thread.

    `waiting` have no thread of the driver yet, `working` have one; `queued` are those among the latter that an
    executor's cluster has no room for yet.
    """

    waiting: set[int] = attrs.field(factory=set)
    working: set[int] = attrs.field(factory=set)
    queued: set[object] = attrs.field(factory=set)

    @contextmanager
    def evaluating(self, number: int) -> Iterator[None]:
        """Counts a trial as being worked on; entered by the thread that evaluates it."""
        self.waiting.discard(number)
        self.working.add(number)
        try:
            yield
        finally:
            self.working.discard(number)

    def __str__(self) -> str:
        queued = len(self.queued)
        return f"{max(0, len(self.working) - queued)} running, {len(self.waiting) + queued} waiting"


@attrs.define(eq=False)
class Clock:
    """Seconds since the epoch as the machine's clock told them once, counted on steadily from there.

    `earliest` is a time that has been stored before: the order of trials outlives a clock that is set back.
    """

    earliest: float = 0.0
    _offset: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._offset = max(time.time(), self.earliest) - time.monotonic()

    def now(self) -> float:
        """Returns the seconds since the epoch."""
        return self._offset + time.monotonic()
