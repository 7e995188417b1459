"""One step of a training, compiled: gradients of every replica's part of the batch, their mean, RMSProp."""

from collections.abc import Callable
from typing import Any

from nasplug.training.backend import tf
from nasplug.training.distribution import Placement, all_reduce
from nasplug.training.optimization import RMSProp, cosine_with_warmup
from nasplug.training.recipe import Recipe
from nasplug.training.tasks.task import Task


class TrainingStep(tf.Module):
    """Moves the weights of a network, in a training of `steps` steps.

    The recipe's learning rate belongs to the batch of one replica, and is multiplied by their number.
    """

    def __init__(
        self, network: Any, task: Task, recipe: Recipe, steps: int, placement: Placement | None = None
    ) -> None:
        super().__init__()
        self.network, self.steps = network, steps
        self._placement = placement = placement or Placement.default()
        with placement.strategy.scope():
            self.optimizer = RMSProp(network.trainable_variables, recipe.decay, recipe.momentum, recipe.epsilon)
        peak = recipe.learning_rate * placement.replicas
        self.rate: Callable[[Any], Any] = lambda number: cosine_with_warmup(number, steps, peak, recipe.warmup)
        signature = (*batch_signature(task, recipe.batch), tf.TensorSpec([], tf.float32))
        replica_step = _replica_step(network, self.optimizer, recipe, self.rate)
        self.compiled = placement.compiled(replica_step, "MEAN", signature, recipe.xla)

    def __call__(self, images: Any, labels: Any, number: Any) -> Any:
        """Trains on this host's part of a batch; returns the mean cross-entropy of step `number` (from 0), a scalar."""
        return self.compiled(*self._placement.spread((images, labels)), tf.convert_to_tensor(number, tf.float32))


def _replica_step(network: Any, optimizer: RMSProp, recipe: Recipe, rate: Callable[[Any], Any]) -> Callable[..., Any]:
    """Returns what each replica does; it does not refer to the `TrainingStep`, so that graphs are freed with that."""
    variables = network.trainable_variables
    decayed = [v for v in variables if recipe.decayed == "all" or v.shape.rank == 4]

    def step(images: Any, labels: Any, number: Any) -> Any:
        """Updates the network; returns the mean cross-entropy of the replica's images before that."""
        with tf.GradientTape() as tape:
            logits = network(tf.cast(images, recipe.precision), True)
            loss = cross_entropy(logits, labels, recipe.label_smoothing)
            penalty = recipe.weight_decay * tf.add_n([tf.nn.l2_loss(v) for v in decayed])
            total = loss + penalty
        optimizer.apply(all_reduce(tape.gradient(total, variables)), rate(number))
        return loss

    return step


def cross_entropy(logits: Any, labels: Any, smoothing: float = 0.0) -> Any:
    """Returns the mean cross-entropy of `logits` `[b, classes]` against smoothed `labels` `[b]`."""
    classes = logits.shape[1]
    targets = tf.one_hot(labels, classes, 1.0 - smoothing + smoothing / classes, smoothing / classes)
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))


def batch_signature(task: Task, batch: int | None) -> tuple[Any, Any]:
    """Returns the `tf.TensorSpec`s of images and labels of the task, `batch` at a time."""
    images = tf.TensorSpec([batch, task.resolution, task.resolution, task.channels], tf.float32)
    return images, tf.TensorSpec([batch], tf.int32)
