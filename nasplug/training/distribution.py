"""Where a training runs: one device, several on one machine, several machines, a TPU. The loop is the same for all.

`strategy.run` inside a `tf.function` calls a step once for every replica; the default strategy just calls it.
"""

import json
import os
from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import Any

import attrs

from nasplug.errors import ConfigurationError
from nasplug.training.backend import Accelerator, tf


@attrs.frozen(eq=False)
class Placement:
    """The devices of a training: a `tf.distribute` strategy, and which of how many machines (hosts) this one is.

    Every host runs the same program; each replica (device) works on its own part of a batch.
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
        """The number of devices that train together, on all hosts."""
        return int(self.strategy.num_replicas_in_sync)

    @property
    def local_replicas(self) -> int:
        """The number of devices of this host."""
        return self.replicas // self.hosts

    def spread(self, arrays: Sequence[Any]) -> tuple[Any, ...]:
        """Returns this host's batch `[b, …]`, in equal consecutive parts for its replicas."""
        if self.local_replicas == 1:
            return tuple(map(tf.convert_to_tensor, arrays))
        size, first = len(arrays[0]) // self.local_replicas, self.host * self.local_replicas

        def part(context: Any, array: Any) -> Any:
            start = (context.replica_id_in_sync_group - first) * size
            return tf.convert_to_tensor(array[start : start + size])

        distribute = self.strategy.experimental_distribute_values_from_function
        return tuple(distribute(partial(part, array=array)) for array in arrays)

    def local_results(self, values: Any) -> Any:
        """Returns what each replica of this host has computed, as a tuple."""
        return self.strategy.experimental_local_results(values)

    def compiled(self, function: Callable[..., Any], reduction: str | None, signature: Sequence[Any], xla: bool) -> Any:
        """Returns `function` compiled to run on all replicas, which together return their `reduction` (MEAN or SUM).

        On the default device it is traced at once, for the `tf.TensorSpec`s of `signature`, and with `xla` compiled by
        XLA. Elsewhere `xla` changes nothing: TPUs always use it, and the sums over GPUs are made outside of it.
        """

        def run(*arguments: Any) -> Any:
            """Returns the reduced results of all replicas."""
            results = self.strategy.run(function, arguments)
            if reduction is None:
                return results
            return tf.nest.map_structure(lambda value: self.strategy.reduce(reduction, value, axis=None), results)

        if self.default_device:
            return tf.function(run, autograph=False, jit_compile=xla or None).get_concrete_function(*signature)
        return tf.function(run, autograph=False)


def all_reduce(values: Any, how: str = "MEAN") -> Any:
    """Returns `values` reduced over all replicas; called inside a step. On one device they are returned as they are."""
    context = tf.distribute.get_replica_context()
    return values if context.num_replicas_in_sync == 1 else context.all_reduce(how, values)


def host_parts(batches: Iterator[Any], placement: Placement) -> Iterator[Any]:
    """Yields this host's part of each of the whole `batches`, cut as evenly as can be."""
    for arrays in batches:
        size = len(arrays[0])
        low, high = (size * number // placement.hosts for number in (placement.host, placement.host + 1))
        yield tuple(array[low:high] for array in arrays) if placement.hosts > 1 else arrays


@cache
def place(accelerator: Accelerator = "auto", tpu: str | None = None) -> Placement:
    """Returns where to train: the TPU named, the hosts of TF_CONFIG, all visible GPUs, or one device.

    Call `configure` before. Raises `ConfigurationError` where the TPU cannot be used.
    """
    if accelerator == "tpu":
        return Placement(_tpu_strategy(tpu))
    cluster = json.loads(os.environ.get("TF_CONFIG") or "{}").get("cluster", {})
    hosts = sum(len(cluster.get(job, ())) for job in ("chief", "worker"))
    if hosts > 1:
        strategy = tf.distribute.MultiWorkerMirroredStrategy()
        resolver = strategy.cluster_resolver
        chiefs = len(cluster.get("chief", ())) if resolver.task_type == "worker" else 0
        return Placement(strategy, chiefs + int(resolver.task_id), hosts)
    gpus = [] if accelerator == "cpu" else tf.config.list_logical_devices("GPU")
    if len(gpus) > 1:
        return Placement(tf.distribute.MirroredStrategy([gpu.name for gpu in gpus]))
    return Placement.default()


def _tpu_strategy(name: str | None) -> Any:
    try:
        resolver = tf.distribute.cluster_resolver.TPUClusterResolver(tpu=name or "local")
        tf.config.experimental_connect_to_cluster(resolver)
        tf.tpu.experimental.initialize_tpu_system(resolver)
        return tf.distribute.TPUStrategy(resolver)
    except Exception as error:  # without a TPU, the runtime raises errors of many kinds
        reason = next(iter(str(error).splitlines()), "no reason given")
        raise ConfigurationError(
            f"accelerator=tpu: the TPU {name or 'local'!r} cannot be used ({type(error).__name__}: {reason}). On a TPU "
            "VM install nasplug-proxyless[tpu] and leave tpu away; elsewhere give its name or grpc:// address as "
            "tpu=NAME."
        ) from error
