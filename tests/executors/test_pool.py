"""Worker processes hear nothing of Ctrl-C, from their first instruction on, and start and end in silence."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import time
from functools import partial

import pytest
from pebble import ProcessExpired, ProcessPool
from pebble.pool.process import WorkerManager

from nasplug.executors import pool as pool_module
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


FRESH = """
import signal
from nasplug.executors.pool import start_pool
if __name__ == "__main__":
    pool = start_pool(1)
    print(signal.SIGINT in pool.schedule(signal.pthread_sigmask, args=(signal.SIG_BLOCK, ())).result(60))
    pool.stop()
    pool.join()
"""


def test_ctrl_c_is_the_driver_s_alone_in_a_program_that_has_started_no_process_before(tmp_path):
    (tmp_path / "fresh.py").write_text(FRESH)
    process = subprocess.run([sys.executable, tmp_path / "fresh.py"], capture_output=True, text=True)
    assert (process.stdout, process.stderr) == ("True\n", "")


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


def test_a_worker_does_first_what_it_is_told_and_leaves_the_main_program_alone():
    pool = start_pool(1, first=partial(sys.setrecursionlimit, 4321))
    try:
        assert pool.schedule(sys.getrecursionlimit).result(60) == 4321
        assert pool.schedule(eval, args=("hasattr(__import__('__main__'), '__file__')",)).result(60) is False
    finally:
        pool.stop()
        pool.join()


def test_a_start_that_is_interrupted_leaves_no_process(monkeypatch):
    before, start = multiprocessing.active_children(), ProcessPool.active.fget

    def interrupted(pool):
        started = start(pool)
        os.kill(os.getpid(), signal.SIGINT)  # held back until the pool has started
        return started

    monkeypatch.setattr(ProcessPool, "active", property(interrupted))
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job inherits that it is ignored
    try:
        with pytest.raises(KeyboardInterrupt):
            start_pool(2)
    finally:
        signal.signal(signal.SIGINT, inherited)
    deadline = time.monotonic() + 20
    while set(multiprocessing.active_children()) - set(before) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(multiprocessing.active_children()) - set(before) == set()


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


def test_a_worker_s_memory_is_bounded_in_gib(monkeypatch):
    limits = []
    monkeypatch.setattr(resource, "setrlimit", lambda kind, pair: limits.append((kind, pair)))
    pool_module._set_up(1.5, None, None)
    assert limits == [(resource.RLIMIT_DATA, (3 * 2**29, 3 * 2**29))]
