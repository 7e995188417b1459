"""Accuracies by training: the cell's network on an embedded task, scaled down, or on CIFAR-10 as in the dataset."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from nasplug import Evaluation, Purpose
from nasplug.training import Recipe, Task, TaskWrapper, load_task
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.channels import all_parameters
from nasplug_nasbench101.evaluators.base import Code, Settings
from nasplug_nasbench101.lookup import lookup, row_of_code

EMBEDDED, RESOLUTION = "fashion-mnist", 28
TRAINED_SETTINGS: Settings = {  # ours: small budgets, as every cell is trained, and a predictor of one stage
    "random": {"budget": 20},
    "regularized_evolution": {"budget": 30, "population": 10, "tournament": 3},
    "neural_predictor": {"budget": 24, "paper": {"layers": 3, "stages": 1}},
}


@attrs.frozen(eq=False)
class HalfResolution(TaskWrapper):
    """The images of another task, each 2×2 pixels averaged: a quarter of the work."""

    @property
    def resolution(self) -> int:
        """The height and width of an image, in pixels."""
        return self.task.resolution // 2

    def training_batches(self, purpose: Purpose, batch: int, epochs: int, seed: int) -> Iterator[Any]:
        """Yields the task's training batches with smaller images."""
        for images, labels in self.task.training_batches(purpose, batch, epochs, seed):
            yield self._halve(images), labels

    def held_out_batches(self, purpose: Purpose) -> Iterator[Any]:
        """Yields the task's held-out batches with smaller images."""
        for images, labels in self.task.held_out_batches(purpose):
            yield self._halve(images), labels

    def _halve(self, images: Any) -> Any:
        """Returns `[b, r / 2, r / 2, c]` for `[b, r, r, c]`."""
        r = self.resolution
        return images.reshape(len(images), r, 2, r, 2, self.channels).mean(axis=(2, 4))


@attrs.define(eq=False)
class TrainingEvaluator:
    """Trains the network of a cell from scratch.

    With `data`, task and recipe are the dataset's: 9 cells on 128 channels, 108 epochs of CIFAR-10. Without, network,
    images and epochs are scaled down to seconds on a CPU, so that accuracies must not be compared with the dataset's.
    The optimiser is then still the dataset's, but its learning rate of 0.2 for 256 images becomes 0.1 for 50, and batch
    norms average over fewer steps, because there are fewer (ours).

    Args:
        data: a folder of CIFAR-10; None for the embedded task
        channels: the channels of the stem; None for 128 with `data`, 16 without
        stacks: how many stacks of cells the network has
        modules: how many cells a stack has; None for 3 with `data`, 1 without
    """

    data: Path | None = None
    channels: int | None = None
    stacks: int = 3
    modules: int | None = None
    settings = TRAINED_SETTINGS
    epochs = None

    @property
    def origin(self) -> str:
        """Where accuracies come from, in words."""
        if self.data:
            return f"training on CIFAR-10 in {self.data}"
        return f"training, scaled down, on the embedded task {EMBEDDED}: not comparable with the dataset's"

    def parameters(self, code: Code) -> int:
        """Returns the trainable parameters of the network that is trained."""
        trained_code = lookup().codes[row_of_code(code)]  # [26]
        return int(all_parameters(trained_code[None], **self._size)[0])

    def evaluate(self, code: Code, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns validation (`search`) or test accuracy (`final`) after `epochs` epochs; None: see `recipe`."""
        from nasplug.training import configure, train

        configure()
        cell = Cell.from_code(code)
        return train(lambda rng: self.network(cell, rng), self.task, self.recipe, purpose, epochs, seed)

    def network(self, cell: Cell, rng: np.random.Generator) -> Any:
        """Returns the `tf.Module` that is trained, its weights drawn with `rng`."""
        from nasplug_nasbench101.network import CellNetwork

        return CellNetwork(cell, **self._size, rng=rng, norm=self.recipe.norm)

    @property
    def _size(self) -> dict[str, int]:
        return {
            "channels": self.channels or (128 if self.data else 16),
            "stacks": self.stacks,
            "modules": self.modules or (3 if self.data else 1),
            "image_channels": 3 if self.data else 1,
        }

    @cached_property
    def task(self) -> Task:
        """The images, read when they are first needed."""
        if self.data:
            from nasplug_nasbench101.cifar10 import load

            return load(self.data)
        return HalfResolution(load_task(EMBEDDED, RESOLUTION))

    @cached_property
    def recipe(self) -> Recipe:
        """The dataset's recipe (google-research/nasbench, config.py), or what remains of it on the embedded task."""
        dataset = Recipe(
            batch=256,
            epochs=108,
            final_epochs=108,
            learning_rate=0.2,
            warmup=0.0,
            epsilon=1.0,
            weight_decay=1e-4,
            decayed="all",
            final_dropout=0.0,
            norm_momentum=0.997,
            norm_epsilon=1e-5,
        )
        if self.data:
            return dataset
        return attrs.evolve(dataset, batch=50, epochs=2, final_epochs=2, learning_rate=0.1, norm_momentum=0.9)
