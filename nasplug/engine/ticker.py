"""Calls a function again and again beside a run, until the run ends."""

import threading
from collections.abc import Callable

import attrs

LAST_CALL = 0.5  # seconds that a call in progress has to return at the end


@attrs.define(eq=False)
class Ticker:
    """Calls `function` every so many `seconds`, in a thread of its own, from `start` to `stop`."""

    function: Callable[[], None]
    seconds: float
    _ended: threading.Event = attrs.field(factory=threading.Event, init=False)
    _thread: threading.Thread | None = attrs.field(default=None, init=False)

    def start(self) -> None:
        """Starts the calls."""
        self._thread = threading.Thread(target=self._call, name="ticker", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the calls. May be called twice, and from the handler of a signal."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join(LAST_CALL)

    def _call(self) -> None:
        while not self._ended.wait(self.seconds):
            self.function()
