"""The training loop: any network, any task, one recipe, any devices."""

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import attrs
import numpy as np

from nasplug.training.checkpoints import Checkpoints
from nasplug.training.distribution import Placement, Stream, host_parts
from nasplug.training.measuring import Measured, measure
from nasplug.training.progress import Progress
from nasplug.training.recipe import Recipe
from nasplug.training.records import Records
from nasplug.training.scalars import Scalars
from nasplug.training.statistics import estimate_statistics, share_statistics
from nasplug.training.step import TrainingStep, batch_signature
from nasplug.training.tasks import Task
from nasplug.types import Evaluation, Purpose

NetworkFactory = Callable[[np.random.Generator], Any]


@attrs.frozen(eq=False)
class Trained:
    """A network after its training, and what that gave."""

    network: Any
    evaluation: Evaluation


def train(
    network_factory: NetworkFactory,
    task: Task,
    recipe: Recipe,
    purpose: Purpose,
    epochs: int | None,
    seed: int,
    placement: Placement | None = None,
    records: Records | None = None,
) -> Evaluation:
    """Returns the accuracy of a network trained from scratch: `train_network` without the network."""
    return train_network(network_factory, task, recipe, purpose, epochs, seed, placement, records).evaluation


def train_network(
    network_factory: NetworkFactory,
    task: Task,
    recipe: Recipe,
    purpose: Purpose,
    epochs: int | None,
    seed: int,
    placement: Placement | None = None,
    records: Records | None = None,
) -> Trained:
    """Returns a network trained from scratch and its accuracy, `source` "trained", `cost` in seconds of training.

    `network_factory` builds a `tf.Module` with `__call__(images, training)` from a numpy generator, its only source
    of initial weights. The answer is a function of the arguments on one machine, bit for bit, whatever else runs there
    (see `backend.configure`, which must have been called). `placement` None means one device. Raises `Diverged`, naming
    the step, on a loss that is not finite.
    """
    placement, records = placement or Placement.default(), records or Records()
    epochs = recipe.epochs_for(purpose) if epochs is None else epochs
    per_epoch = task.training_size(purpose) // (recipe.batch * placement.replicas)
    with placement.strategy.scope():
        network = network_factory(np.random.default_rng(seed))
    step = TrainingStep(network, task, recipe, epochs * per_epoch, placement)
    batches = _Batches(task, purpose, recipe.batch * placement.replicas, epochs, seed, placement)
    progress = _fit(step, batches, per_epoch, records, placement)
    _finish_statistics(network, task, recipe, purpose, seed, placement)
    cost = progress.elapsed
    measured = measure(network, task, purpose, recipe, placement)
    return Trained(network, _evaluation(network, measured, progress, cost, epochs, batches.batch))


@attrs.frozen(eq=False)
class _Batches:
    """The batches of one training, this host's part of each."""

    task: Task
    purpose: Purpose
    batch: int
    epochs: int
    seed: int
    placement: Placement

    def from_number(self, start: int) -> Iterator[Any]:
        arguments = (self.purpose, self.batch, self.epochs, self.seed)
        if isinstance(self.task, Stream):
            return self.task.share(self.placement.host, self.placement.hosts).training_batches_from(*arguments, start)
        return islice(host_parts(self.task.training_batches(*arguments), self.placement), start, None)


def _fit(step: TrainingStep, batches: _Batches, per_epoch: int, records: Records, placement: Placement) -> Progress:
    """Trains the network of `step` from where its checkpoints left it, and returns how that went."""
    scalars = Scalars(records.tensorboard) if records.tensorboard and not placement.host else None

    def report(number: int, loss: float, seconds: float) -> None:
        if scalars:
            speed = number * batches.batch / seconds
            scalars.write(number, loss=loss, learning_rate=float(step.rate(number - 1.0)), images_per_second=speed)

    progress = Progress(step.steps, per_epoch, report)
    folder = records.checkpoints
    checkpoints = folder and Checkpoints(folder, records.every, step, progress, placement)
    try:
        if checkpoints:
            checkpoints.restore()
        remaining = batches.from_number(progress.number) if progress.number < step.steps else ()
        for images, labels in remaining:
            progress.add(step(images, labels, np.float32(progress.number)))
            if checkpoints:
                checkpoints.save_if_due()
        progress.settle()
    finally:
        if scalars:
            scalars.close()
    return progress


def _finish_statistics(
    network: Any, task: Task, recipe: Recipe, purpose: Purpose, seed: int, placement: Placement
) -> None:
    """Brings the statistics of batch normalisation to what the network is used with."""
    if recipe.estimate_batches:
        size = recipe.estimate_size // placement.replicas * placement.replicas
        again = islice(task.training_batches(purpose, size, 1, seed), recipe.estimate_batches)
        images, _ = batch_signature(task, size // placement.replicas)
        own = (images for images, _ in host_parts(again, placement))
        estimate_statistics(network, own, images, recipe.precision, placement)
    elif placement.replicas > 1:
        share_statistics(network)


def _evaluation(
    network: Any, measured: Measured, progress: Progress, cost: float, epochs: int, batch: int
) -> Evaluation:
    metrics = {
        "parameters": float(sum(math.prod(v.shape) for v in network.trainable_variables)),
        "loss": measured.loss,
        "training_loss": progress.mean_loss,
        "epochs": float(epochs),
        "steps": float(progress.steps),
        "images_per_second": progress.steps * batch / cost,
    }
    return Evaluation(measured.accuracy, cost, metrics, "trained")
