"""Accuracy of a trained network on held-out images."""

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from nasplug.training.backend import tf
from nasplug.training.distribution import Placement, all_reduce, host_parts
from nasplug.training.recipe import Precision, Recipe
from nasplug.training.step import batch_signature
from nasplug.training.tasks.task import ShardedTask, Task
from nasplug.types import Purpose


class HeldOutPass:
    """Scores a network on the held-out images of a task; compiled at the first use, for all further ones."""

    def __init__(self, network: Any, task: Task, recipe: Recipe, placement: Placement) -> None:
        self._task, self._xla, self._placement = task, recipe.xla, placement
        self._replica_count = _counting(network, recipe.precision)
        self._count: Callable[..., Any] | None = None

    def scores(self, purpose: Purpose) -> tuple[float, float]:
        """Returns accuracy in percent and mean cross-entropy on all validation (`search`) or test images (`final`).

        Each host counts on its own part of the images; the scores are the same on all hosts.
        """
        placement, totals = self._placement, np.zeros(3)
        for size, images, labels in _padded(self._batches(purpose), placement.local_replicas):
            if self._count is None:
                signature = batch_signature(self._task, len(labels) // placement.local_replicas)
                self._count = placement.compiled(self._replica_count, None, signature, self._xla)
            counts = [placement.local_results(c) for c in self._count(*placement.spread((images, labels)))]
            totals += (size, *(sum(map(float, replicas)) for replicas in counts))
        seen, correct, loss = map(float, _sum_over_hosts(totals, placement))
        return 100.0 * correct / seen, loss / seen

    def _batches(self, purpose: Purpose) -> Iterator[Any]:
        """Returns this host's part of the held-out batches."""
        task, placement = self._task, self._placement
        if isinstance(task, ShardedTask):
            return task.share(placement.host, placement.hosts).held_out_batches(purpose)
        return host_parts(task.held_out_batches(purpose), placement)


def _counting(network: Any, precision: Precision) -> Callable[[Any, Any], Any]:
    def count(images: Any, labels: Any) -> Any:
        """Returns the number of correct answers and the sum of the losses; labels below 0 do not count."""
        labelled, targets = labels >= 0, tf.maximum(labels, 0)
        logits = network(tf.cast(images, precision), False)
        correct = tf.logical_and(tf.argmax(logits, 1, tf.int32) == targets, labelled)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, logits)
        return tf.reduce_sum(tf.cast(correct, tf.float32)), tf.reduce_sum(tf.where(labelled, losses, 0.0))

    return count


def _padded(batches: Iterator[Any], multiple: int) -> Iterator[tuple[int, Any, Any]]:
    """Yields `(images that count, images, labels)`, all batches of one size; labels of padding are -1."""
    size = 0
    for images, labels in batches:
        images, labels = np.asarray(images), np.asarray(labels)
        size = size or -(-len(labels) // multiple) * multiple
        missing = size - len(labels)
        if missing:
            images = np.pad(images, [(0, missing), *[(0, 0)] * 3])
            labels = np.pad(labels, (0, missing), constant_values=-1)
        yield len(labels) - missing, images, labels


def _sum_over_hosts(totals: Any, placement: Placement) -> Any:
    """Returns the sums of `totals` `[3]` over all hosts; each replica adds its share of its host's."""
    if placement.hosts == 1:
        return totals

    def summed(values: Any) -> Any:
        return all_reduce(values / placement.local_replicas, "SUM")

    run = tf.function(lambda values: placement.strategy.run(summed, (values,)), autograph=False)
    return placement.local_results(run(tf.constant(totals, tf.float64)))[0]
