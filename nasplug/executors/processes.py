"""Moves evaluations into worker processes, which can be stopped, and whose death is a failed trial."""

import signal
import threading
import time
from collections.abc import Mapping
from concurrent.futures import CancelledError
from functools import lru_cache
from typing import Any, ClassVar

import attrs
from pebble import ProcessExpired

from nasplug.engine.run import ActiveRun
from nasplug.errors import ConfigurationError
from nasplug.executors.pool import workers
from nasplug.hookspecs import hookimpl
from nasplug.loading import manager, options
from nasplug.loading.options import option
from nasplug.types import Architecture, Evaluation, Purpose


@attrs.frozen
class SpaceRecipe:
    """What a worker needs to make the run's space again: its name or `module:Class`, and its options."""

    plugin: str
    options: tuple[tuple[str, Any], ...]

    @classmethod
    def of(cls, run: ActiveRun) -> "SpaceRecipe":
        """Returns the recipe of a run's space. Raises `ConfigurationError` for a class that cannot be imported."""
        kind = type(run.space)
        values = tuple((name, getattr(run.space, name)) for name in options.fields(kind))
        if kind.__module__ == "__main__" or "<locals>" in kind.__qualname__:
            raise ConfigurationError(
                f"Worker processes cannot import the space {kind.__qualname__!r}: it is defined in {kind.__module__}. "
                "Move it to a module, or leave 'processes' and --timeout out."
            )
        return cls(f"{kind.__module__}:{kind.__qualname__}", values)


@attrs.define(eq=False)
class Processes:
    """Answers `evaluate` from a pool of spawned processes, as many as the run has workers.

    An evaluation over the run's `timeout` is killed (`TimeoutError`); a worker that dies raises
    `ProcessExpired` and is replaced. Both become failed trials in the loop, or another attempt.
    """

    executes: ClassVar[bool] = True
    watches: ClassVar[bool] = True

    memory: float | None = option(
        None,
        "GiB that a worker may take for its data; beyond them an evaluation fails",
        validator=attrs.validators.optional(attrs.validators.gt(0)),
    )
    _pool: Any = attrs.field(default=None, init=False)
    _recipe: Any = attrs.field(default=None, init=False)
    _timeout: float | None = attrs.field(default=None, init=False)
    _workers: int = attrs.field(default=1, init=False)
    _renewal: threading.Lock = attrs.field(factory=threading.Lock, init=False)
    _closing: bool = attrs.field(default=False, init=False)

    @hookimpl
    def on_start(self, run: ActiveRun) -> None:
        self._recipe = SpaceRecipe.of(run)
        self._timeout, self._workers, self._closing = run.settings.timeout, run.settings.workers, False

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        task = (self._recipe, {"architecture": architecture, "purpose": purpose, "epochs": epochs, "seed": seed})
        pool, future = self._scheduled(task)
        while not (future.running() or future.done()):  # a process is still being made
            if not pool.active:
                raise RuntimeError("a worker process died while it was being made")
            time.sleep(0.01)
        try:
            answer: Evaluation = future.result(self._timeout)  # by a clock that nobody sets
        except TimeoutError:
            if future.done():
                raise
            future.cancel()  # which ends the process
            raise TimeoutError(f"the evaluation was stopped after {self._timeout:g} s") from None
        except ProcessExpired as death:
            raise RuntimeError(f"the worker process {_cause(death.exitcode)}") from None
        return answer

    def _scheduled(self, task: tuple[SpaceRecipe, dict[str, Any]]) -> tuple[Any, Any]:
        """Returns the pool and the future of an evaluation. A death at a bad moment breaks a pool: then in another."""
        with self._renewal:
            if self._closing:
                raise CancelledError
            if self._pool is None or not self._pool.active:
                self._pool = workers(self._workers, self.memory)
            return self._pool, self._pool.schedule(_evaluate, args=task)

    @hookimpl
    def on_stop(self) -> None:
        with self._renewal:
            self._closing = True  # what is tried again from here on starts no other pool
        if self._pool is not None:
            self._pool.stop()
            self._pool.join()


def _cause(code: int | None) -> str:
    if code != -signal.SIGKILL:
        return f"died with exit code {code}"
    return "was killed (SIGKILL), by the system for instance because memory ran out"


@lru_cache(maxsize=1)
def _hooks(recipe: SpaceRecipe) -> Any:
    space = manager.make("space", recipe.plugin, dict(recipe.options))
    return manager.build(space).hook


def _evaluate(recipe: SpaceRecipe, arguments: Mapping[str, Any]) -> Evaluation:
    answer: Evaluation = _hooks(recipe).evaluate(**arguments)
    return answer
