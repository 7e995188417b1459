"""Worker processes, of evaluations and of repeats: they leave Ctrl-C to their driver and end with it."""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import resource_tracker
from multiprocessing.context import SpawnContext
from typing import Any

from pebble import ProcessPool


def workers(count: int, memory: float | None = None, threads: int | None = None) -> Any:
    """Returns a running pebble pool of `count` spawned processes; `memory` in GiB bounds the data of each.

    `threads` of OpenMP is what numpy and torch compute on in each, unless the environment says how many.

    Its threads, and the processes that they start, inherit what is blocked here: a process that would hear of Ctrl-C
    while Python itself is starting prints a traceback.
    """
    pool: Any = ProcessPool(count, initializer=_be_a_worker, initargs=(memory, threads), context=_Spawn())
    with ExitStack() as unless_started:
        unless_started.callback(pool.join)
        unless_started.callback(pool.stop)
        with _ctrl_c_held():
            _ = pool.active  # starts it
        unless_started.pop_all()
    return pool


class _Spawn(SpawnContext):
    """Starts new interpreters, since TensorFlow does not survive a fork, and keeps the locks of a pool as long as it.

    Pebble drops its locks before it stops its processes: one that is just starting would not find them, and say so.
    """

    def __init__(self) -> None:
        self._locks: list[Any] = []

    def RLock(self) -> Any:  # noqa: N802 - the name is multiprocessing's
        lock = super().RLock()
        self._locks.append(lock)
        return lock


@contextmanager
def _ctrl_c_held() -> Iterator[None]:
    """Holds a Ctrl-C back until the end of the block, in this thread and in what it starts for ever."""
    resource_tracker.ensure_running()  # whose start would unblock what is blocked
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_a_worker(memory: float | None, threads: int | None) -> None:
    if threads is not None:  # read where numpy and torch are imported, which is not yet
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (int(memory * 2**30),) * 2)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: Any) -> None:
    parent.join()
    os._exit(1)
