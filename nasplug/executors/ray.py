"""The executor `ray`: evaluations on a Ray cluster, whose nodes may be lost."""

import os
import signal
import threading
import time
from typing import Any, ClassVar

import attrs

from nasplug.engine.run import ActiveRun
from nasplug.errors import ConfigurationError
from nasplug.executors.by_value import sending
from nasplug.executors.messages import answer_in_stream, decode_answer, encode_request
from nasplug.executors.recipe import SpaceRecipe
from nasplug.executors.uninstalled import left_behind, runtime_env
from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.types import Architecture, Evaluation, Job, Purpose

SHUTDOWN_TIMEOUT = 60.0  # seconds that cancelled evaluations have to return


def _amount(default: float, help: str) -> Any:
    return option(default, help, identity=False, validator=attrs.validators.ge(0))


@attrs.define(eq=False)
class Ray:
    """Evaluates as Ray tasks, whose answers are texts. The run's `workers` bound how many are sent at once.

    An evaluation that lasts longer than the run's `timeout`, counted from its start on a node, is cancelled. One whose
    node or process was lost is tried again, and then a failed trial. What evaluations print stays in Ray's logs.
    Code that is not installed goes along. A program that has called `ray.init` itself keeps its connection; where it
    copies code by a `runtime_env` of its own, that is all that the nodes get.
    """

    executes: ClassVar[bool] = True
    watches: ClassVar[bool] = True

    address: str = option(
        "local",
        "the cluster: auto (this machine's), HOST:PORT, or local (one on this machine for this run)",
        identity=False,
    )
    cpus: float = _amount(1.0, "CPU cores that an evaluation takes")
    gpus: float = _amount(0.0, "GPUs that an evaluation takes")
    tpu: float = _amount(0.0, "how much of Ray's resource TPU an evaluation takes")
    attempts: int = _amount(2, "more attempts for an evaluation whose node or process was lost")
    growing: bool = option(
        False, "wait for nodes that are large enough, where the cluster has none yet", identity=False
    )
    _ray: Any = attrs.field(default=None, init=False)
    _task: Any = attrs.field(default=None, init=False)
    _recipe: Any = attrs.field(default=None, init=False)  # where Ray keeps it: it may hold a large table
    _timeout: float | None = attrs.field(default=None, init=False)
    _streams: set[Any] = attrs.field(factory=set, init=False)  # one for each task that was sent and has not answered
    _queued: set[object] = attrs.field(factory=set, init=False)  # one for each task that no worker has begun
    _calls: set[object] = attrs.field(factory=set, init=False)  # one for each thread that is in `evaluate`
    _stopped: bool = attrs.field(default=False, init=False)
    _connected_here: bool = attrs.field(default=False, init=False)

    @hookimpl
    def on_start(self, run: ActiveRun) -> None:
        """Connects to the cluster, unless the program is connected. Raises `ConfigurationError` if it cannot work."""
        self._stopped = False
        self._timeout, self._queued = run.timeout, run.in_flight.queued
        ray = _imported()
        self._connected_here = not ray.is_initialized()
        code = runtime_env(type(run.space)) if self._connected_here else ray.get_runtime_context().runtime_env
        with sending(left_behind(code)):
            recipe = SpaceRecipe.of(run)
        self._ray = ray
        if self._connected_here:
            self._connect(code)
        if not self.growing:
            self._check_nodes()
        self._recipe = self._ray.put(recipe)
        resources = {"num_cpus": self.cpus, "num_gpus": self.gpus, "resources": {"TPU": self.tpu} if self.tpu else {}}
        self._task = self._ray.remote(max_retries=0, num_returns="streaming", **resources)(answer_in_stream)

    @hookimpl
    def evaluate(
        self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int, job: Job
    ) -> Evaluation:
        """Evaluates on a node. Raises `TimeoutError`, `MemoryError`, or `RuntimeError` where every attempt was lost."""
        call = object()
        self._calls.add(call)
        try:
            arguments = {"architecture": architecture, "purpose": purpose, "epochs": epochs, "seed": seed, "job": job}
            return self._evaluate(encode_request(**arguments))
        finally:
            self._calls.discard(call)

    @hookimpl
    def on_stop(self) -> None:
        """Cancels what runs, and disconnects if this plugin connected."""
        if self._ray is None:
            return
        self._stopped = True
        if self._cancel_all() and self._connected_here:
            self._ray.shutdown()
        self._ray = self._recipe = None

    def _evaluate(self, request: bytes) -> Evaluation:
        errors = self._ray.exceptions
        losses = (errors.WorkerCrashedError, errors.NodeDiedError, errors.ObjectLostError, errors.LocalRayletDiedError)
        for _ in range(self.attempts + 1):
            if self._stopped:
                raise errors.TaskCancelledError
            try:
                text = self._answer(request)
            except losses as loss:
                reason = f"{type(loss).__name__}: {_first_line(loss)}"
            except errors.OutOfMemoryError as death:
                raise MemoryError(f"Ray ended the worker, whose node ran out of memory: {_first_line(death)}") from None
            else:
                return decode_answer(text)
        raise RuntimeError(f"the node or the process was lost in all of {self.attempts + 1} attempts ({reason})")

    def _answer(self, request: bytes) -> str:
        """Sends a request and returns the answer. The timeout does not count while the cluster has no room."""
        ray, queued = self._ray, object()
        stream = self._task.remote(self._recipe, request)
        self._queued.add(queued)
        self._streams.add(stream)
        try:
            ray.get(next(stream))  # the worker has begun
            self._queued.discard(queued)
            ready, _ = ray.wait([stream], timeout=self._timeout)
            if not ready:
                ray.cancel(stream, force=True)
                raise TimeoutError(f"the evaluation was stopped after {self._timeout:g} s")
            answer: str = ray.get(next(stream))
            return answer
        except StopIteration:  # the stream ended without an answer
            raise ray.exceptions.WorkerCrashedError from None
        finally:
            self._queued.discard(queued)
            self._streams.discard(stream)

    def _cancel_all(self) -> bool:
        """Cancels until no thread is inside Ray, whose shutdown would crash there. Returns False if one stays."""
        deadline = time.monotonic() + SHUTDOWN_TIMEOUT
        while self._calls and time.monotonic() < deadline:
            for stream in list(self._streams):
                self._ray.cancel(stream, force=True)
            time.sleep(0.02)
        return not self._calls

    def _connect(self, code: dict[str, Any]) -> None:
        os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
        on_sigterm = signal.getsignal(signal.SIGTERM)
        more = {"include_dashboard": False} if self.address == "local" else {}
        try:
            self._ray.init(address=self.address, log_to_driver=False, logging_level="ERROR", runtime_env=code, **more)
        except (ConnectionError, RuntimeError, ValueError) as error:
            raise ConfigurationError(
                f"There is no Ray cluster at {self.address!r}: {_first_line(error)} "
                "Start one with 'ray start --head', or choose address=local."
            ) from error
        finally:
            if threading.current_thread() is threading.main_thread():
                signal.signal(signal.SIGTERM, on_sigterm)  # Ray's own handler would end the run without a message

    def _check_nodes(self) -> None:
        """Raises `ConfigurationError` unless an evaluation fits one of the nodes."""
        amounts = {"CPU": self.cpus, "GPU": self.gpus, "TPU": self.tpu}
        nodes = [node["Resources"] for node in self._ray.nodes() if node["Alive"]]
        if any(all(node.get(name, 0.0) >= amount for name, amount in amounts.items()) for node in nodes):
            return
        needed = ", ".join(f"{amount:g} {name}" for name, amount in amounts.items() if amount)
        offered = "; ".join(", ".join(f"{node.get(name, 0.0):g} {name}" for name in amounts) for node in nodes)
        self.on_stop()
        raise ConfigurationError(
            f"No node of the Ray cluster has {needed} for an evaluation; there are: {offered}. "
            "Ask for less, or add growing=true where larger nodes will join."
        )


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]


def _imported() -> Any:
    try:
        import ray
    except ModuleNotFoundError:
        raise ConfigurationError("Ray is not installed: pip install 'nasplug[ray]'.") from None
    return ray
