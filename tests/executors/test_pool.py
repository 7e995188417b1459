"""Worker processes hear nothing of Ctrl-C, from their first instruction on, and start and end in silence."""

import multiprocessing
import os
import signal
import time

import pytest
from pebble import ProcessExpired, ProcessPool
from pebble.pool.process import WorkerManager

from nasplug.executors.pool import start_pool


def blocked(_=None):
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ())


def test_ctrl_c_is_the_driver_s_alone():
    pool = start_pool(1)
    try:
        assert pool.schedule(blocked, args=(None,)).result(60)
        assert not blocked()
    finally:
        pool.stop()
        pool.join()


@pytest.mark.parametrize(("environment", "wanted"), [(None, "3"), ("5", "5")])
def test_a_worker_computes_on_its_threads_unless_the_environment_says_how_many(environment, wanted, monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    if environment:
        monkeypatch.setenv("OMP_NUM_THREADS", environment)
    pool = start_pool(1, threads=3)
    try:
        assert pool.schedule(os.getenv, args=("OMP_NUM_THREADS",)).result(60) == wanted
    finally:
        pool.stop()
        pool.join()


def test_a_start_that_is_interrupted_leaves_no_process(monkeypatch):
    before, start = multiprocessing.active_children(), ProcessPool._start_pool

    def interrupted(pool):
        start(pool)
        os.kill(os.getpid(), signal.SIGINT)  # held back until the pool has started

    monkeypatch.setattr(ProcessPool, "_start_pool", interrupted)
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits that it is ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            start_pool(2)
    finally:
        signal.signal(signal.SIGINT, inherited)
    deadline = time.monotonic() + 20
    while multiprocessing.active_children() != before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert multiprocessing.active_children() == before


def test_a_worker_that_is_starting_ends_in_silence(monkeypatch, capfd):
    close = WorkerManager.close_channels

    def slowly(manager):
        close(manager)
        time.sleep(1)  # the dead worker's successor gets to where it looks for the locks

    monkeypatch.setattr(WorkerManager, "close_channels", slowly)
    pool = start_pool(1)
    with pytest.raises(ProcessExpired):
        pool.schedule(os._exit, args=(7,)).result(60)
    pool.stop()
    pool.join()
    assert capfd.readouterr().err == ""
