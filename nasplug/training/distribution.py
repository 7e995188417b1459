"""Where a training runs: one device, several on one machine, several machines, a TPU. The loop is the same for all.

`strategy.run` inside a `tf.function` calls a step once for every replica; the default strategy just calls it.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Protocol, runtime_checkable

import attrs

from nasplug.errors import ConfigurationError
from nasplug.training.backend import Accelerator, tf
from nasplug.training.tasks.embedded import Task
from nasplug.types import Purpose


@attrs.frozen(eq=False)
class Placement:
    """A `tf.distribute` strategy, and which of how many machines (hosts) this one is.

    Every host runs the same program. `replicas` counts the devices of all hosts; each works on its own part of a batch.
    """

    strategy: Any
    host: int = 0
    hosts: int = 1
    default_device: bool = False

    @classmethod
    def default(cls) -> "Placement":
        """Returns the placement on one device: TensorFlow's own choice."""
        return cls(tf.distribute.get_strategy(), default_device=True)

    @property
    def replicas(self) -> int:
        """The number of devices that train together."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def here(self) -> int:
        """The replicas that this host feeds."""
        return self.replicas // self.hosts

    def spread(self, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """Returns this host's batch `[b, …]`, in equal consecutive parts for its replicas."""
        if self.here == 1:
            return tuple(map(tf.convert_to_tensor, arrays))
        return tuple(self._parts(array) for array in arrays)

    def _parts(self, array: Any) -> Any:
        each, first = len(array) // self.here, self.host * self.here

        def part(context: Any) -> Any:
            start = (context.replica_id_in_sync_group - first) * each
            return tf.convert_to_tensor(array[start : start + each])

        return self.strategy.experimental_distribute_values_from_function(part)

    def compiled(self, function: Callable[..., Any], reduced: str | None, signature: Sequence[Any], xla: bool) -> Any:
        """Returns `function` compiled for all replicas; its results come back as their `reduced` (MEAN or SUM).

        `signature` describes the arguments of one replica; on the default device it is traced at once, and with `xla`
        compiled by XLA. On other placements `xla` changes nothing: TPUs compile with it always, and the sums over
        GPUs are made outside of it.
        """

        def run(*arguments: Any) -> Any:
            """Returns the reduced results of all replicas."""
            each = self.strategy.run(function, arguments)
            if reduced is None:
                return each
            return tf.nest.map_structure(lambda value: self.strategy.reduce(reduced, value, axis=None), each)

        if self.default_device:
            return tf.function(run, autograph=False, jit_compile=xla or None).get_concrete_function(*signature)
        return tf.function(run, autograph=False)


def across(values: Any, how: str = "MEAN") -> Any:
    """Returns `values` reduced over all replicas; called inside a step. On one device they are returned as they are."""
    context = tf.distribute.get_replica_context()
    return values if context.num_replicas_in_sync == 1 else context.all_reduce(how, values)


@runtime_checkable
class Stream(Task, Protocol):
    """A task that reads its own part of the data on every host, and can start in the middle of a training."""

    def share(self, host: int, hosts: int) -> "Stream":
        """Returns the task of one host; its batches are that host's part of each batch."""
        ...

    def training_batches_from(self, purpose: Purpose, batch: int, epochs: int, seed: int, start: int) -> Iterator[Any]:
        """Returns the batches of `training_batches` from number `start` on, at little cost for those before."""
        ...


def host_parts(batches: Iterator[Any], placement: Placement) -> Iterator[Any]:
    """Yields this host's part of each of the whole `batches`, cut as evenly as can be."""
    for arrays in batches:
        size = len(arrays[0])
        low, high = (size * number // placement.hosts for number in (placement.host, placement.host + 1))
        yield tuple(array[low:high] for array in arrays) if placement.hosts > 1 else arrays


@cache
def place(accelerator: Accelerator = "auto", tpu: str | None = None) -> Placement:
    """Returns where to train: the TPU named, the hosts of TF_CONFIG, all GPUs that are visible, or one device.

    The same object in one process, after `configure`. Raises `ConfigurationError` where a TPU cannot be reached.
    """
    if accelerator == "tpu":
        return Placement(_tpu_strategy(tpu))
    cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
    hosts = sum(len(cluster.get(job, ())) for job in ("chief", "worker"))
    if hosts > 1:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        return Placement(strategy, _own_number(cluster, strategy.cluster_resolver), hosts)
    gpus = [] if accelerator == "cpu" else tf.config.list_logical_devices("GPU")
    if len(gpus) > 1:
        return Placement(tf.distribute.MirroredStrategy([gpu.name for gpu in gpus]))
    return Placement.default()


def _own_number(cluster: dict[str, list[str]], resolver: Any) -> int:
    before = len(cluster.get("chief", ())) if resolver.task_type == "worker" else 0
    return before + int(resolver.task_id)


def _tpu_strategy(name: str | None) -> Any:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=name or "local")
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        return tf.distribute.TPUStrategy(resolver)
    except Exception as error:  # what the runtime raises without a TPU is of many kinds
        raise ConfigurationError(
            f"accelerator=tpu: the TPU {name or 'local'!r} cannot be used ({type(error).__name__}: "
            f"{str(error).splitlines()[0] if str(error) else 'no reason given'}). On a TPU VM install "
            "nasplug-proxyless[tpu] and leave tpu away; elsewhere give its name or grpc:// address as tpu=NAME."
        ) from error
