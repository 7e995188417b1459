"""The training loop: any network, any task, one recipe."""

import math
import time
from collections.abc import Callable
from itertools import islice
from typing import Any

import attrs
import numpy as np

from nasplug.errors import NasplugError
from nasplug.training.backend import tf
from nasplug.training.recipe import Recipe
from nasplug.training.rmsprop import RMSProp
from nasplug.training.schedule import cosine_with_warmup
from nasplug.training.statistics import estimate_statistics
from nasplug.training.tasks import Task
from nasplug.types import Evaluation, Purpose

NetworkFactory = Callable[[np.random.Generator], Any]


class Diverged(NasplugError):
    """A training whose loss is no finite number any more."""


@attrs.frozen
class Measured:
    """What a pass over held-out images gave: accuracy in percent and mean cross-entropy."""

    accuracy: float
    loss: float


def train(
    network_factory: NetworkFactory, task: Task, recipe: Recipe, purpose: Purpose, epochs: int | None, seed: int
) -> Evaluation:
    """Returns the accuracy of a network trained from scratch, `source` "trained", `cost` in seconds of training.

    `network_factory` builds a `tf.Module` with `__call__(images, training)` from a numpy generator, its only source
    of initial weights. The answer is a function of the arguments on one machine, bit for bit, whatever else runs there
    (see `backend.configure`, which must have been called). Raises `Diverged`, naming the step, on a loss that is not
    finite.
    """
    network = network_factory(np.random.default_rng(seed))
    epochs = recipe.epochs_for(purpose) if epochs is None else epochs
    steps = epochs * (task.training_size(purpose) // recipe.batch)
    started = time.perf_counter()
    last_loss = _fit(network, task, recipe, purpose, epochs, steps, seed)
    if recipe.estimate_batches:
        again = islice(task.training_batches(purpose, recipe.estimate_size, 1, seed), recipe.estimate_batches)
        estimate_statistics(network, (images for images, _ in again), _images(task, recipe.estimate_size))
    cost = time.perf_counter() - started
    measured = measure(network, task, purpose)
    metrics = {
        "parameters": float(sum(math.prod(v.shape) for v in network.trainable_variables)),
        "loss": measured.loss,
        "training_loss": last_loss,
        "epochs": float(epochs),
        "steps": float(steps),
        "images_per_second": steps * recipe.batch / cost,
    }
    return Evaluation(measured.accuracy, cost, metrics, "trained")


def _fit(network: Any, task: Task, recipe: Recipe, purpose: Purpose, epochs: int, steps: int, seed: int) -> float:
    """Trains `network` and returns the mean training loss of the last epoch."""
    step = training_step(network, task, recipe, steps)
    losses = []
    for number, (images, labels) in enumerate(task.training_batches(purpose, recipe.batch, epochs, seed)):
        loss = float(step(tf.constant(images), tf.constant(labels), tf.constant(number, tf.float32)))
        if not math.isfinite(loss):
            raise Diverged(f"the training diverged: the loss is {loss} at step {number + 1} of {steps}")
        losses.append(loss)
    return float(np.mean(losses[-(steps // epochs) :]))


def training_step(network: Any, task: Task, recipe: Recipe, steps: int) -> Any:
    """Returns the compiled step `(images, labels, number) -> cross-entropy`, which moves the weights of `network`."""
    variables = network.trainable_variables
    decayed = [v for v in variables if recipe.decayed == "all" or v.shape.rank == 4]
    optimizer = RMSProp(variables, recipe.decay, recipe.momentum, recipe.epsilon)

    def step(images: Any, labels: Any, number: Any) -> Any:
        with tf.GradientTape() as tape:
            loss = cross_entropy(network(images, True), labels, recipe.label_smoothing)
            penalty = recipe.weight_decay * tf.add_n([tf.nn.l2_loss(v) for v in decayed])
            total = loss + penalty
        rate = cosine_with_warmup(number, steps, recipe.learning_rate, recipe.warmup)
        optimizer.apply(tape.gradient(total, variables), rate)
        return loss

    return tf.function(step, autograph=False).get_concrete_function(
        _images(task, recipe.batch), tf.TensorSpec([recipe.batch], tf.int32), tf.TensorSpec([], tf.float32)
    )


def cross_entropy(logits: Any, labels: Any, smoothing: float = 0.0) -> Any:
    """Returns the mean cross-entropy of `logits` `[b, classes]` against smoothed `labels` `[b]`."""
    classes = logits.shape[1]
    targets = tf.one_hot(labels, classes, 1.0 - smoothing + smoothing / classes, smoothing / classes)
    return tf.reduce_mean(tf.nn.softmax_cross_entropy_with_logits(targets, logits))


def measure(network: Any, task: Task, purpose: Purpose) -> Measured:
    """Returns accuracy and loss of `network` on all held-out images: validation for `search`, test for `final`."""

    def count(images: Any, labels: Any) -> Any:
        logits = network(images, False)
        right = tf.argmax(logits, 1, tf.int32) == labels
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, logits)
        return tf.reduce_sum(tf.cast(right, tf.float32)), tf.reduce_sum(losses)

    counted = tf.function(count, autograph=False).get_concrete_function(
        _images(task, None), tf.TensorSpec([None], tf.int32)
    )
    seen, right, loss = 0, 0.0, 0.0
    for images, labels in task.held_out_batches(purpose):
        batch_right, batch_loss = counted(tf.constant(images), tf.constant(labels))
        seen, right, loss = seen + len(labels), right + float(batch_right), loss + float(batch_loss)
    return Measured(100.0 * right / seen, loss / seen)


def _images(task: Task, batch: int | None) -> Any:
    return tf.TensorSpec([batch, task.resolution, task.resolution, task.channels], tf.float32)
