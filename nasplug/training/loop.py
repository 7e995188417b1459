"""The training loop: any network, any task, one recipe, any devices."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from nasplug.training.checkpoints import Checkpoints
from nasplug.training.distribution import Placement, host_parts
from nasplug.training.files import EventWriter, TrainingFiles
from nasplug.training.held_out import HeldOutPass
from nasplug.training.layers import random_states
from nasplug.training.progress import Diverged, Progress, Report
from nasplug.training.recipe import Recipe
from nasplug.training.statistics import StatisticsPass, share_statistics
from nasplug.training.step import TrainingStep, batch_signature
from nasplug.training.tasks.task import ShardedTask, Task, batches_per_epoch
from nasplug.types import Evaluation, Purpose

NetworkFactory = Callable[[np.random.Generator], Any]


@attrs.frozen(eq=False)
class Trained:
    """A network after its training, and its evaluation."""

    network: Any
    evaluation: Evaluation


def train(
    network_factory: NetworkFactory, task: Task, recipe: Recipe, purpose: Purpose, epochs: int | None, seed: int
) -> Evaluation:
    """Trains a network from scratch on one device and returns its accuracy; see `Training`."""
    return Training(network_factory, task, recipe, purpose, epochs).run(seed).evaluation


def mean_of_repeats(train_once: Callable[[int], Evaluation], repeats: int, seed: int) -> Evaluation:
    """Returns the mean accuracy and mean metrics of several trainings, and the sum of their costs.

    `train_once` is called with seeds derived from `seed`, or with `seed` itself for a single training. The metric
    `repeats` is the number of trainings. `accuracy_std` is the standard deviation of the accuracy of one of them, in
    points, and `score_std` that of its score, where trainings have one; a single training has neither.
    """
    if repeats == 1:
        evaluation = train_once(seed)
        return attrs.evolve(evaluation, metrics=evaluation.metrics | {"repeats": 1.0})
    seeds = np.random.SeedSequence(seed).generate_state(repeats) >> 1
    evaluations = [train_once(int(seed)) for seed in seeds]
    accuracies = [evaluation.accuracy for evaluation in evaluations]
    metrics = {name: float(np.mean([e.metrics[name] for e in evaluations])) for name in evaluations[0].metrics}
    scores = [e.metrics["score"] for e in evaluations if "score" in e.metrics]
    metrics |= {"repeats": float(repeats), "accuracy_std": float(np.std(accuracies, ddof=1))}
    metrics |= {"score_std": float(np.std(scores, ddof=1))} if scores else {}
    return Evaluation(float(np.mean(accuracies)), sum(e.cost for e in evaluations), metrics, evaluations[0].source)


def score_of(loss: float) -> float:
    """Returns the geometric mean of the probability that a network gives the right class of each image, in percent.

    `loss` is the mean cross-entropy of the images.
    """
    return 100.0 * math.exp(-loss)


@attrs.define(eq=False)
class Training:
    """Trainings that differ by their seed alone: the network is compiled once, and starts anew for each.

    `network_factory` builds a `tf.Module` with `__call__(images, training)` from a numpy generator, its only source
    of initial weights. `epochs` are the recipe's where they are None.
    """

    network_factory: NetworkFactory
    task: Task
    recipe: Recipe
    purpose: Purpose
    epochs: int | None = None
    placement: Placement = attrs.field(factory=Placement.default)
    _compiled: "_Compiled | None" = attrs.field(init=False, default=None)

    def run(self, seed: int, files: TrainingFiles | None = None) -> Trained:
        """Trains the network from scratch and returns it with its evaluation; the next run trains the same object.

        Call `backend.configure` before: then, on one machine, the evaluation depends on the fields and the seed alone,
        bit for bit. Its `cost`, in seconds, leaves out the tracing of the step on one device.

        Raises:
            Diverged: a loss is no finite number
            ConfigurationError: there are fewer images than one batch needs
        """
        compiled = self._prepare(np.random.default_rng(seed))
        progress = self._fit(compiled.step, seed, files or TrainingFiles())
        self._finish_statistics(compiled, seed)
        cost = progress.elapsed
        accuracy, loss = compiled.held_out.scores(self.purpose)
        return Trained(compiled.network, self._evaluation(compiled.network, accuracy, loss, progress, cost))

    @property
    def _epochs(self) -> int:
        return self.recipe.epochs_for(self.purpose) if self.epochs is None else self.epochs

    @property
    def _batch(self) -> int:
        return self.recipe.batch * self.placement.replicas

    @property
    def _estimate_size(self) -> int:
        """The images of a device's part of a batch on which statistics are estimated."""
        return min(self.recipe.estimate_size, self.task.training_size(self.purpose)) // self.placement.replicas

    def _prepare(self, rng: np.random.Generator) -> "_Compiled":
        """Returns the network with initial weights, and what is compiled for it."""
        with self.placement.strategy.scope():
            network = self.network_factory(rng)
        if self._compiled is None:
            self._compiled = self._compile(network)
        else:
            self._compiled.start_anew(network)
        return self._compiled

    def _compile(self, network: Any) -> "_Compiled":
        task, recipe, placement = self.task, self.recipe, self.placement
        steps = self._epochs * batches_per_epoch(task, self.purpose, self._batch)
        images, _ = batch_signature(task, self._estimate_size)
        return _Compiled(
            network,
            TrainingStep(network, task, recipe, steps, placement),
            StatisticsPass(network, images, recipe.precision, placement),
            HeldOutPass(network, task, recipe, placement),
        )

    def _fit(self, step: TrainingStep, seed: int, files: TrainingFiles) -> Progress:
        """Trains the network from its last checkpoint, or from the start, to the last step."""
        losses: deque[float] = deque(maxlen=batches_per_epoch(self.task, self.purpose, self._batch))
        with self._report(step, files.tensorboard) as report:
            progress = Progress(step.steps, losses, report)
            folder = files.checkpoints
            checkpoints = folder and Checkpoints(folder, files.every, step, progress, self.placement)
            if checkpoints:
                checkpoints.restore()
            for images, labels in self._batches_from(progress.number, seed) if progress.number < step.steps else ():
                progress.add(step(images, labels, np.float32(progress.number)))
                if checkpoints:
                    checkpoints.save_if_due()
            progress.fetch_losses()
        return progress

    @contextmanager
    def _report(self, step: TrainingStep, folder: Path | None) -> Iterator[Report]:
        """Holds a function that `Progress` reports to. It writes TensorBoard scalars on the first host."""
        if folder is None or self.placement.host:
            yield lambda number, loss, seconds: None
            return
        with closing(EventWriter(folder)) as events:

            def report(number: int, loss: float, seconds: float) -> None:
                rate, speed = float(step.rate(number - 1.0)), number * self._batch / seconds
                events.write(number, loss=loss, learning_rate=rate, images_per_second=speed)

            yield report

    def _batches_from(self, start: int, seed: int) -> Iterator[Any]:
        """Returns this host's part of the batches from number `start` on."""
        task, placement = self.task, self.placement
        arguments = (self.purpose, self._batch, self._epochs, seed)
        if isinstance(task, ShardedTask):
            return task.share(placement.host, placement.hosts).training_batches_from(*arguments, start)
        return islice(host_parts(task.training_batches(*arguments), placement), start, None)

    def _finish_statistics(self, compiled: "_Compiled", seed: int) -> None:
        """Sets the statistics of batch normalisation to those that the network is used with."""
        recipe, placement = self.recipe, self.placement
        if recipe.estimate_batches:
            size = self._estimate_size * placement.replicas
            batches = islice(self.task.training_batches(self.purpose, size, 1, seed), recipe.estimate_batches)
            compiled.statistics.estimate(images for images, _ in host_parts(batches, placement))
        elif placement.replicas > 1:
            share_statistics(compiled.network)

    def _evaluation(self, network: Any, accuracy: float, loss: float, progress: Progress, cost: float) -> Evaluation:
        """Returns the evaluation. Raises `Diverged` where the last update left weights that are no numbers."""
        if not math.isfinite(loss):
            raise Diverged(f"The training diverged: the held-out loss is {loss} after the last step, {progress.steps}.")
        metrics = {
            "parameters": float(sum(math.prod(v.shape) for v in network.trainable_variables)),
            "loss": loss,
            "training_loss": progress.mean_loss,
            "epochs": float(self._epochs),
            "steps": float(progress.steps),
            "images_per_second": progress.steps * self._batch / cost,
        }
        if self.recipe.scores:
            metrics["score"] = score_of(loss if self.purpose == "final" else progress.mean_loss)
        return Evaluation(accuracy, cost, metrics, "trained")


@attrs.frozen(eq=False)
class _Compiled:
    """A network with its step, its statistics pass and its held-out pass, each traced at its first use."""

    network: Any
    step: TrainingStep
    statistics: StatisticsPass
    held_out: HeldOutPass

    def start_anew(self, fresh: Any) -> None:
        """Copies weights and random states from `fresh`, a network of the same architecture, and resets RMSProp."""
        for variable, value in zip(self.network.variables, fresh.variables, strict=True):
            variable.assign(value)
        for state, fresh_state in zip(random_states(self.network), random_states(fresh), strict=True):
            state.assign(fresh_state)
        self.step.optimizer.reset()
