"""Pools of worker processes that leave Ctrl-C to the process that started them, and end with it."""

import multiprocessing
import os
import resource
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import popen_spawn_posix, spawn
from multiprocessing.context import SpawnContext, SpawnProcess
from types import FunctionType, SimpleNamespace
from typing import Any

from pebble import ProcessPool

from nasplug.loading.streams import make_streams_safe


def start_pool(
    count: int, memory: float | None = None, threads: int | None = None, first: Callable[[], None] | None = None
) -> Any:
    """Starts `count` worker processes and returns their pebble pool, which the caller stops and joins.

    `memory` bounds the data of each, in GiB. `threads` of OpenMP are what numpy and torch compute on in each, unless
    the environment says otherwise. Each calls `first` before its first task; it must be picklable and raise nothing.
    """
    pool: Any = ProcessPool(count, initializer=_set_up, initargs=(memory, threads, first), context=_SpawnContext())
    with ExitStack() as unless_started:
        unless_started.callback(pool.join)
        unless_started.callback(pool.stop)
        with _ctrl_c_blocked():
            _ = pool.active  # starts it
        unless_started.pop_all()
    return pool


def _preparation_data(name: str) -> dict[str, Any]:
    """Returns what a new process is told about this one, without the program that it would run as its `__main__`."""
    return {key: value for key, value in spawn.get_preparation_data(name).items() if not key.startswith("init_main")}


class _Popen(popen_spawn_posix.Popen):
    """Starts a process that leaves the program's `__main__` alone, which may have no guard and search again.

    What `__main__` defines comes by value. The function is multiprocessing's own, with another `spawn` in its module.
    """

    _launch = FunctionType(
        popen_spawn_posix.Popen._launch.__code__,  # type: ignore[attr-defined]
        vars(popen_spawn_posix)
        | {"spawn": SimpleNamespace(**vars(spawn) | {"get_preparation_data": _preparation_data})},
    )


class _Process(SpawnProcess):
    """A worker process."""

    @staticmethod
    def _Popen(process: Any) -> Any:  # noqa: N802 - the name is multiprocessing's
        return _Popen(process)


class _SpawnContext(SpawnContext):
    """Starts new interpreters, since TensorFlow does not survive a fork, and keeps the pool's locks alive.

    Pebble frees its locks before it stops its processes. One that is still starting would not find them, and print a
    traceback.
    """

    Process = _Process

    def __init__(self) -> None:
        # Making a lock starts multiprocessing's resource tracker, which would unblock Ctrl-C if it started later.
        self._locks: list[Any] = [super().RLock()]

    def RLock(self) -> Any:  # noqa: N802 - the name is multiprocessing's
        lock = super().RLock()
        self._locks.append(lock)
        return lock


@contextmanager
def _ctrl_c_blocked() -> Iterator[None]:
    """Blocks Ctrl-C in this thread until the block ends, and for ever in the threads and processes that start inside.

    A process that received Ctrl-C while its interpreter starts would print a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _set_up(memory: float | None, threads: int | None, first: Callable[[], None] | None) -> None:
    """Sets a worker process up before its first task."""
    make_streams_safe()
    if threads is not None:  # numpy and torch read it when they are imported, which is later
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))
    if memory is not None:
        resource.setrlimit(resource.RLIMIT_DATA, (int(memory * 2**30),) * 2)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_exit_after, args=(parent,), daemon=True).start()
    if first is not None:
        first()


def _exit_after(parent: Any) -> None:
    """Waits for the end of the parent process and ends this one."""
    parent.join()
    os._exit(1)
