"""Moves evaluations onto a Ray cluster: many machines, nodes that are lost, evaluations that are cancelled."""

import os
import signal
import threading
import time
from typing import Any, ClassVar

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.errors import ConfigurationError
from nasplug.executors.messages import answers, ask, code_of, read, recipe_of
from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.types import Architecture, Evaluation, Purpose

LEAVE = 60.0  # seconds that cancelled evaluations have to return
_amount = attrs.validators.ge(0)


@attrs.define(eq=False)
class Ray:
    """Answers `evaluate` from Ray tasks; only texts travel. The run's `workers` bound how many are asked for at once.

    An evaluation over the run's `timeout`, which counts from its start on a node, is cancelled. One whose node or
    worker process was lost is tried again, and then a failed trial. What an evaluation prints stays in the logs of Ray.
    A program that has called `ray.init` itself keeps its connection, and sends the space's code along by `runtime_env`.
    """

    executes: ClassVar[bool] = True
    watches: ClassVar[bool] = True

    address: str = option(
        "local", "the cluster: auto (this machine's), HOST:PORT, or local (one on this machine for this run)"
    )
    cpus: float = option(1.0, "CPU cores that an evaluation takes", validator=_amount)
    gpus: float = option(0.0, "GPUs that an evaluation takes", validator=_amount)
    tpu: float = option(0.0, "how much of Ray's resource TPU an evaluation takes", validator=_amount)
    attempts: int = option(2, "more attempts for an evaluation whose node or process was lost", validator=_amount)
    growing: bool = option(False, "wait for nodes that are large enough, where the cluster has none yet")
    _ray: Any = attrs.field(default=None, init=False)
    _task: Any = attrs.field(default=None, init=False)
    _recipe: str = attrs.field(default="", init=False)
    _timeout: float | None = attrs.field(default=None, init=False)
    _streams: set[Any] = attrs.field(factory=set, init=False)
    _queued: set[object] = attrs.field(factory=set, init=False)
    _inside: set[object] = attrs.field(factory=set, init=False)
    _closing: bool = attrs.field(default=False, init=False)
    _ours: bool = attrs.field(default=False, init=False)

    @hookimpl
    def on_start(self, run: ActiveRun) -> None:
        self._closing = False
        self._recipe, self._timeout, self._queued = recipe_of(run), run.settings.timeout, run.in_flight.queued
        code = code_of(type(run.space))
        self._ray = _imported()
        self._ours = not self._ray.is_initialized()
        if self._ours:
            self._connect(code)
        if not self.growing:
            self._check_room()
        options = {"num_cpus": self.cpus, "num_gpus": self.gpus, "resources": {"TPU": self.tpu} if self.tpu else {}}
        self._task = self._ray.remote(max_retries=0, num_returns="streaming", **options)(answers)

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        token = object()
        self._inside.add(token)
        try:
            return self._evaluated(ask(architecture, purpose, epochs, seed))
        finally:
            self._inside.discard(token)

    def _evaluated(self, question: str) -> Evaluation:
        errors = self._ray.exceptions
        lost = (errors.WorkerCrashedError, errors.NodeDiedError, errors.ObjectLostError, errors.LocalRayletDiedError)
        for _ in range(self.attempts + 1):
            if self._closing:
                raise errors.TaskCancelledError
            try:
                return read(self._answer(question))
            except lost as loss:
                reason = f"{type(loss).__name__}: {str(loss).strip().splitlines()[0]}"
            except errors.OutOfMemoryError as death:
                reason = str(death).strip().splitlines()[0]
                raise MemoryError(f"Ray ended the worker, whose node ran out of memory: {reason}") from None
        raise RuntimeError(f"the node or the process was lost in all of {self.attempts + 1} attempts ({reason})")

    @hookimpl
    def on_stop(self) -> None:
        if self._ray is None:
            return
        self._closing = True
        if self._left() and self._ours:
            self._ray.shutdown()
        self._ray = None

    def _left(self) -> bool:
        """Cancels until no thread asks Ray any more, whose shutdown would crash under one; False where one stays."""
        deadline = time.monotonic() + LEAVE
        while self._inside and time.monotonic() < deadline:
            for stream in list(self._streams):
                self._ray.cancel(stream, force=True)
            time.sleep(0.02)
        return not self._inside

    def _answer(self, question: str) -> str:
        """Returns what the worker wrote; waits for room without a limit, and for the answer as long as allowed."""
        ray, token = self._ray, object()
        stream = self._task.remote(self._recipe, question)
        self._queued.add(token)
        self._streams.add(stream)
        try:
            ray.get(next(stream))  # the worker's first word: it has begun
            self._queued.discard(token)
            ready, _ = ray.wait([stream], timeout=self._timeout)
            if not ready:
                ray.cancel(stream, force=True)
                raise TimeoutError(f"the evaluation was stopped after {self._timeout:g} s")
            answer: str = ray.get(next(stream))
            return answer
        except StopIteration:  # the stream broke off without a word
            raise ray.exceptions.WorkerCrashedError from None
        finally:
            self._queued.discard(token)
            self._streams.discard(stream)

    def _connect(self, code: dict[str, Any]) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        before = signal.getsignal(signal.SIGTERM)
        more = {"include_dashboard": False} if self.address == "local" else {}
        try:
            self._ray.init(address=self.address, log_to_driver=False, logging_level="ERROR", runtime_env=code, **more)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ConfigurationError(
                f"There is no Ray cluster at {self.address!r}: {str(error).strip().splitlines()[0]} "
                "Start one with 'ray start --head', or choose address=local."
            ) from error
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, before)  # Ray takes it, and would end the run without a word

    def _check_room(self) -> None:
        wanted = {"CPU": self.cpus, "GPU": self.gpus, "TPU": self.tpu}
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        if any(all(node.get(name, 0.0) >= amount for name, amount in wanted.items()) for node in nodes):
            return
        needed = ", ".join(f"{amount:g} {name}" for name, amount in wanted.items() if amount)
        there = "; ".join(", ".join(f"{node.get(name, 0.0):g} {name}" for name in wanted) for node in nodes)
        self.on_stop()
        raise ConfigurationError(
            f"No node of the Ray cluster has {needed} for an evaluation; there are: {there}. "
            "Ask for less, or add growing=true where larger nodes will join."
        )


def _imported() -> Any:
    try:
        import ray
    except ModuleNotFoundError:
        raise ConfigurationError("Ray is not installed: pip install 'nasplug[ray]'.") from None
    return ray
