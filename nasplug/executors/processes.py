"""The executor `processes`: evaluations in processes that can be stopped, and whose death is a failed trial."""

import signal
import threading
import time
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, ClassVar

import attrs
from pebble import ProcessExpired

from nasplug.executors.messages import answer, decode_answer, encode_request
from nasplug.executors.pool import start_pool
from nasplug.executors.recipe import SpaceRecipe
from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.types import Architecture, Evaluation, Job, Purpose, Run

_positive = attrs.validators.optional(attrs.validators.gt(0))


@attrs.define(eq=False)
class Processes:
    """Evaluates in a pool of worker processes on this machine, as many as the run has workers.

    An evaluation that lasts longer than the run's `timeout`, and one whose process dies, become failed trials; their
    process is replaced.
    """

    executes: ClassVar[bool] = True
    watches: ClassVar[bool] = True

    memory: float | None = option(
        None,
        "GiB that a worker may take for its data; beyond them an evaluation fails",
        identity=False,
        validator=_positive,
    )
    _pool: Any = attrs.field(default=None, init=False)
    _pool_lock: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _recipe: SpaceRecipe | None = attrs.field(default=None, init=False)
    _timeout: float | None = attrs.field(default=None, init=False)
    _workers: int = attrs.field(default=1, init=False)
    _stopped: bool = attrs.field(default=False, init=False)

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Notes what the pool needs; the first evaluation starts it, so that a run that is refused starts none.

        Raises `ConfigurationError` where the space cannot be sent to a worker.
        """
        self._recipe = SpaceRecipe.of(run)
        self._timeout, self._workers, self._stopped = run.timeout, run.workers, False

    @hookimpl
    def evaluate(
        self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int, job: Job
    ) -> Evaluation:
        """Evaluates in a worker process. Raises `TimeoutError` where it was killed, `RuntimeError` where it died."""
        request = encode_request(architecture=architecture, purpose=purpose, epochs=epochs, seed=seed, job=job)
        future = self._running_future(request)
        try:
            text = future.result(self._timeout)
        except TimeoutError:
            future.cancel()  # kills the process
            raise TimeoutError(f"the evaluation was stopped after {self._timeout:g} s") from None
        except ProcessExpired as death:
            raise RuntimeError(f"the worker process {_cause(death.exitcode)}") from None
        return decode_answer(text)

    @hookimpl
    def on_stop(self) -> None:
        """Kills the worker processes; an evaluation that is tried again later starts no other pool."""
        with self._pool_lock:
            self._stopped = True
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()

    def _running_future(self, request: bytes) -> "Future[str]":
        """Schedules an evaluation and waits until a process runs it, so that the timeout counts from there."""
        assert self._recipe is not None, "evaluate was called before on_start"
        with self._pool_lock:
            if self._stopped:
                raise CancelledError
            if self._pool is None or not self._pool.active:  # a process that dies at a bad moment breaks the pool
                self._pool = start_pool(self._workers, self.memory, first=partial(_receive, self._recipe))
            pool = self._pool
            future: Future[str] = pool.schedule(_evaluate, args=(request,))
        while not (future.running() or future.done()):
            if not pool.active:
                raise RuntimeError("a worker process died while it was being made")
            time.sleep(0.01)
        return future


def _cause(exit_code: int | None) -> str:
    if exit_code != -signal.SIGKILL:
        return f"died with exit code {exit_code}"
    return "was killed (SIGKILL), by the system for instance because memory ran out"


_recipe_here: SpaceRecipe | None = None  # in a worker process, which gets it once: it may hold a large table


def _receive(recipe: SpaceRecipe) -> None:
    """Keeps the recipe of the run's space; a worker process calls this first."""
    global _recipe_here
    _recipe_here = recipe


def _evaluate(request: bytes) -> str:
    """Evaluates; a worker process calls this."""
    assert _recipe_here is not None, "a worker evaluates before it has received the space"
    return answer(_recipe_here, request)
