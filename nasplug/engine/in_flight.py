"""The trials that a run is evaluating at this moment, for those who show a run."""

from collections.abc import Iterator
from contextlib import contextmanager

import attrs


@attrs.define(eq=False)
class TrialsInFlight:
    """The numbers of the trials that wait for a worker or have one.

    Every thread changes these sets by single operations, which are atomic in Python. `queued` holds those of `working`
    for which an executor's cluster has no room yet.
    """

    waiting: set[int] = attrs.field(factory=set)
    working: set[int] = attrs.field(factory=set)
    queued: set[object] = attrs.field(factory=set)

    @contextmanager
    def evaluating(self, number: int) -> Iterator[None]:
        """Counts a trial as working until the block ends, however it ends."""
        self.waiting.discard(number)
        self.working.add(number)
        try:
            yield
        finally:
            self.working.discard(number)

    def __str__(self) -> str:
        queued = len(self.queued)
        return f"{max(0, len(self.working) - queued)} running, {len(self.waiting) + queued} waiting"
