"""The executor `processes`: evaluations in processes that can be stopped, and whose death is a failed trial."""

import signal
import threading
import time
from concurrent.futures import CancelledError, Future
from typing import Any, ClassVar

import attrs
from pebble import ProcessExpired

from nasplug.executors.pool import start_pool
from nasplug.executors.recipe import SpaceRecipe, hooks_of_space
from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.types import Architecture, Evaluation, Purpose, Run

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
        """Notes what the pool needs; the first evaluation starts it, so that a run that is refused starts none."""
        self._recipe = SpaceRecipe.of(run)
        self._timeout, self._workers, self._stopped = run.timeout, run.workers, False

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Evaluates in a worker process. Raises `TimeoutError` where it was killed, `RuntimeError` where it died."""
        arguments = {"architecture": architecture, "purpose": purpose, "epochs": epochs, "seed": seed}
        future = self._running_future(self._recipe, arguments)
        try:
            return future.result(self._timeout)
        except TimeoutError:
            if future.done():  # the evaluation itself raised it
                raise
            future.cancel()  # kills the process
            raise TimeoutError(f"the evaluation was stopped after {self._timeout:g} s") from None
        except ProcessExpired as death:
            raise RuntimeError(f"the worker process {_cause(death.exitcode)}") from None

    @hookimpl
    def on_stop(self) -> None:
        """Kills the worker processes; an evaluation that is tried again later starts no other pool."""
        with self._pool_lock:
            self._stopped = True
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()

    def _running_future(self, *task: Any) -> "Future[Evaluation]":
        """Schedules an evaluation and waits until a process runs it, so that the timeout counts from there."""
        with self._pool_lock:
            if self._stopped:
                raise CancelledError
            if self._pool is None or not self._pool.active:  # a process that dies at a bad moment breaks the pool
                self._pool = start_pool(self._workers, self.memory)
            pool = self._pool
            future: Future[Evaluation] = pool.schedule(_evaluate, args=task)
        while not (future.running() or future.done()):
            if not pool.active:
                raise RuntimeError("a worker process died while it was being made")
            time.sleep(0.01)
        return future


def _cause(exit_code: int | None) -> str:
    if exit_code != -signal.SIGKILL:
        return f"died with exit code {exit_code}"
    return "was killed (SIGKILL), by the system for instance because memory ran out"


def _evaluate(recipe: SpaceRecipe, arguments: dict[str, Any]) -> Evaluation:
    """Evaluates; a worker process calls this."""
    evaluation: Evaluation = hooks_of_space(recipe).evaluate(**arguments)
    return evaluation
