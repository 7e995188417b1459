"""What is called again and again beside a run."""

import threading

from nasplug.engine.ticker import Ticker


def test_it_calls_until_it_is_stopped_and_may_be_stopped_twice():
    called, twice = [], threading.Event()

    def call():
        called.append(1)
        if len(called) == 2:
            twice.set()

    ticker = Ticker(call, 0.01)
    ticker.start()
    assert twice.wait(10.0)
    ticker.stop()
    ticker.stop()
    count = len(called)
    assert not ticker._thread.is_alive()
    assert len(called) == count


def test_one_that_was_never_started_stops():
    called = []
    ticker = Ticker(lambda: called.append(1), 1.0)
    ticker.stop()
    assert called == []
