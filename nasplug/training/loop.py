"""The training loop: any network, any task, one recipe, any devices."""

import math
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any

import attrs
import numpy as np

from nasplug.training.checkpoints import Checkpoints
from nasplug.training.distribution import Placement, Stream, host_parts
from nasplug.training.held_out import Measured, Measuring
from nasplug.training.layers import random_states
from nasplug.training.progress import Diverged, Progress
from nasplug.training.recipe import Recipe
from nasplug.training.records import Records
from nasplug.training.scalars import Scalars
from nasplug.training.statistics import StatisticsPass, share_statistics
from nasplug.training.step import TrainingStep, batch_signature
from nasplug.training.tasks.embedded import Task, batches_per_epoch
from nasplug.types import Evaluation, Purpose

NetworkFactory = Callable[[np.random.Generator], Any]


@attrs.frozen(eq=False)
class Trained:
    """A network after its training, and what that gave."""

    network: Any
    evaluation: Evaluation


def train(
    network_factory: NetworkFactory, task: Task, recipe: Recipe, purpose: Purpose, epochs: int | None, seed: int
) -> Evaluation:
    """Returns the accuracy of one training from scratch on one device: `Training.run` without the network."""
    return Training(network_factory, task, recipe, purpose, epochs).run(seed).evaluation


@attrs.define(eq=False)
class Training:
    """Trainings that differ by their seed alone: the network is compiled once, and begins anew for each.

    `network_factory` builds a `tf.Module` with `__call__(images, training)` from a numpy generator, its only source
    of initial weights; `epochs` None are the recipe's.
    """

    network_factory: NetworkFactory
    task: Task
    recipe: Recipe
    purpose: Purpose
    epochs: int | None = None
    placement: Placement = attrs.field(factory=Placement.default)
    _compiled: "_Compiled | None" = attrs.field(init=False, default=None)

    def run(self, seed: int, records: Records | None = None) -> Trained:
        """Returns the network trained from scratch and its accuracy, `source` "trained", `cost` in seconds of training.

        The next run trains the same network again. The answer is a function of fields and `seed` on one machine, bit
        for bit, whatever else runs there (see `backend.configure`, which must have been called). Its cost leaves out
        how the step is traced; on several devices the first step does that, and counts. Raises `Diverged`, naming the
        step, on a loss that is not finite, and `ConfigurationError` where the images do not make one batch.
        """
        task, recipe, placement = self.task, self.recipe, self.placement
        compiled = self._begun(np.random.default_rng(seed))
        batches = _Batches(task, self.purpose, self._batch, self._epochs, seed, placement)
        progress = _fit(compiled.step, batches, self._per_epoch, records or Records(), placement)
        _finish_statistics(compiled, task, recipe, self.purpose, seed, placement)
        cost = progress.elapsed
        measured = compiled.measuring.of(self.purpose)
        evaluation = _evaluation(compiled.network, measured, progress, cost, self._epochs, batches.batch)
        return Trained(compiled.network, evaluation)

    @property
    def _epochs(self) -> int:
        return self.recipe.epochs_for(self.purpose) if self.epochs is None else self.epochs

    @property
    def _batch(self) -> int:
        return self.recipe.batch * self.placement.replicas

    @property
    def _per_epoch(self) -> int:
        return batches_per_epoch(self.task, self.purpose, self._batch)

    def _begun(self, rng: np.random.Generator) -> "_Compiled":
        """Returns the network with initial weights, and what is compiled for it."""
        with self.placement.strategy.scope():
            network = self.network_factory(rng)
        if self._compiled is None:
            steps = self._epochs * self._per_epoch
            self._compiled = _Compiled.of(network, self.task, self.recipe, steps, self.placement)
        else:
            self._compiled.begin_anew(network)
        return self._compiled


@attrs.frozen(eq=False)
class _Compiled:
    """A network with its step, its pass for statistics and its measuring, each traced at its first use."""

    network: Any
    step: TrainingStep
    statistics: StatisticsPass
    measuring: Measuring

    @classmethod
    def of(cls, network: Any, task: Task, recipe: Recipe, steps: int, placement: Placement) -> "_Compiled":
        """Returns what belongs to a new network; called once for all trainings of it."""
        size = recipe.estimate_size // placement.replicas
        statistics = StatisticsPass(network, batch_signature(task, size)[0], recipe.precision, placement)
        step = TrainingStep(network, task, recipe, steps, placement)
        return cls(network, step, statistics, Measuring(network, task, recipe, placement))

    def begin_anew(self, fresh: Any) -> None:
        """Gives the network all that `fresh`, another of the same architecture, has; the optimizer forgets."""
        for variable, value in zip(self.network.variables, fresh.variables, strict=True):
            variable.assign(value)
        for own, other in zip(random_states(self.network), random_states(fresh), strict=True):
            own.assign(other)
        self.step.optimizer.forget()


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
        """Returns the batches from number `start` on; called where a training begins or goes on."""
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
    compiled: _Compiled, task: Task, recipe: Recipe, purpose: Purpose, seed: int, placement: Placement
) -> None:
    """Brings the statistics of batch normalisation to what the network is used with."""
    if recipe.estimate_batches:
        size = recipe.estimate_size // placement.replicas * placement.replicas
        again = islice(task.training_batches(purpose, size, 1, seed), recipe.estimate_batches)
        compiled.statistics.estimate(images for images, _ in host_parts(again, placement))
    elif placement.replicas > 1:
        share_statistics(compiled.network)


def _evaluation(
    network: Any, measured: Measured, progress: Progress, cost: float, epochs: int, batch: int
) -> Evaluation:
    """Returns what is told of a training. Raises `Diverged` where its last update left no numbers for weights."""
    if not math.isfinite(measured.loss):
        end = f"the held-out loss is {measured.loss} after the last step, {progress.steps}"
        raise Diverged(f"the training diverged: {end}")
    metrics = {
        "parameters": float(sum(math.prod(v.shape) for v in network.trainable_variables)),
        "loss": measured.loss,
        "training_loss": progress.mean_loss,
        "epochs": float(epochs),
        "steps": float(progress.steps),
        "images_per_second": progress.steps * batch / cost,
    }
    return Evaluation(measured.accuracy, cost, metrics, "trained")
