"""Accuracy of a trained network on held-out images."""

from collections.abc import Callable, Iterator
from typing import Any

import attrs
import numpy as np

from nasplug.training.backend import tf
from nasplug.training.distribution import Placement, Stream, across, host_parts
from nasplug.training.recipe import Precision, Recipe
from nasplug.training.step import batch_signature
from nasplug.training.tasks.embedded import Task
from nasplug.types import Purpose


@attrs.frozen
class Measured:
    """What a pass over held-out images gave: accuracy in percent and mean cross-entropy."""

    accuracy: float
    loss: float


class Measuring:
    """Counts what a network gets right; compiled at the first use, for all further ones."""

    def __init__(self, network: Any, task: Task, recipe: Recipe, placement: Placement | None = None) -> None:
        self._task, self._xla, self._placement = task, recipe.xla, placement or Placement.default()
        self._count = _counting(network, recipe.precision)
        self._counted: Any = None
        self._over_hosts = _summing(self._placement)

    def of(self, purpose: Purpose) -> Measured:
        """Returns accuracy and loss on all held-out images: validation for `search`, test for `final`.

        Each host counts on its own part; the sums are the same on all.
        """
        task, placement, totals = self._task, self._placement, np.zeros(3)
        for size, images, labels in _padded(held_out(task, purpose, placement), placement.here):
            if self._counted is None:
                each = batch_signature(task, len(labels) // placement.here)
                self._counted = placement.compiled(self._count, None, each, self._xla)
            right, losses = (
                [float(value) for value in placement.strategy.experimental_local_results(result)]
                for result in self._counted(*placement.spread((images, labels)))
            )
            totals += (size, sum(right), sum(losses))
        seen, hits, loss = self._over_hosts(totals)
        return Measured(100.0 * hits / seen, loss / seen)


def _counting(network: Any, precision: Precision) -> Callable[[Any, Any], Any]:
    def count(images: Any, labels: Any) -> Any:
        """Returns how many are classified rightly and the sum of their losses; a label below 0 is none."""
        known, wanted = labels >= 0, tf.maximum(labels, 0)
        logits = network(tf.cast(images, precision), False)
        right = tf.logical_and(tf.argmax(logits, 1, tf.int32) == wanted, known)
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(wanted, logits)
        return tf.reduce_sum(tf.cast(right, tf.float32)), tf.reduce_sum(tf.where(known, losses, 0.0))

    return count


def held_out(task: Task, purpose: Purpose, placement: Placement) -> Iterator[Any]:
    """Returns this host's part of the held-out batches."""
    if isinstance(task, Stream):
        return task.share(placement.host, placement.hosts).held_out_batches(purpose)
    return host_parts(task.held_out_batches(purpose), placement)


def _padded(batches: Iterator[Any], multiple: int) -> Iterator[tuple[int, Any, Any]]:
    """Yields `(images that count, images, labels)`, all of one size; what is filled up has the label -1."""
    size = 0
    for images, labels in batches:
        images, labels = np.asarray(images), np.asarray(labels)
        size = size or -(-len(labels) // multiple) * multiple
        missing = size - len(labels)
        if missing:
            images = np.pad(images, [(0, missing), *[(0, 0)] * 3])
            labels = np.pad(labels, (0, missing), constant_values=-1)
        yield len(labels) - missing, images, labels


def _summing(placement: Placement) -> Callable[[Any], list[float]]:
    """Returns a function that sums `totals` `[3]` over all hosts, traced at its first use."""

    def summed(values: Any) -> Any:
        return across(values / placement.here, "SUM")

    total = tf.function(lambda values: placement.strategy.run(summed, (values,)), autograph=False)

    def over_hosts(totals: Any) -> list[float]:
        """Returns the sums; on one host `totals` as they are."""
        if placement.hosts > 1:
            totals = placement.strategy.experimental_local_results(total(tf.constant(totals, tf.float64)))[0]
        return [float(value) for value in totals]

    return over_hosts
