"""Accuracies by training: the cell network on an embedded task, scaled down, or on CIFAR-10 as in the dataset."""

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug import Evaluation, Purpose
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.evaluators.half_resolution import Halved

if TYPE_CHECKING:
    from nasplug.training.recipe import Recipe
    from nasplug.training.tasks.task import Task

EMBEDDED, RESOLUTION = "fashion-mnist", 28


@attrs.define(eq=False)
class Training:
    """Trains the network of a cell from scratch.

    With `data`, a folder of CIFAR-10, task and recipe are the dataset's: 9 cells on 128 channels, 108 epochs.
    Without, channels, cells, pixels, epochs and task are scaled down to seconds on a CPU, so that an accuracy is not
    one of the dataset's; the optimiser is the dataset's, its learning rate 0.2 for 256 images has become 0.1 for 50,
    and batch norms average over fewer steps, as there are fewer (ours).
    """

    data: Path | None = None
    channels: int | None = None
    stacks: int = 3
    modules: int | None = None
    tabular = False

    @property
    def origin(self) -> str:
        """Where accuracies come from, in words."""
        if self.data:
            return f"training on CIFAR-10 in {self.data}"
        return f"training, scaled down, on the embedded task {EMBEDDED}: not comparable with the dataset's"

    def evaluate(self, code: tuple[int, ...], purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns validation accuracy (`search`) or test accuracy (`final`) after `epochs` epochs, 2 or 108."""
        from nasplug.training import configure, train

        configure()
        cell = Cell.from_code(code)
        return train(lambda rng: self.network(cell, rng), self.task, self.recipe, purpose, epochs, seed)

    def network(self, cell: Cell, rng: np.random.Generator) -> Any:
        """Returns the `tf.Module` that is trained, its weights drawn with `rng`."""
        from nasplug_nasbench101.network import CellNetwork

        return CellNetwork(
            cell,
            channels=self.channels or (128 if self.data else 16),
            stacks=self.stacks,
            modules=self.modules or (3 if self.data else 1),
            image_channels=3 if self.data else 1,
            rng=rng,
            norm=self.recipe.norm,
        )

    @cached_property
    def task(self) -> "Task":
        """The images: read once."""
        if self.data:
            from nasplug_nasbench101.cifar10 import load

            return load(self.data)
        from nasplug.training import load_task

        return Halved(load_task(EMBEDDED, RESOLUTION))

    @cached_property
    def recipe(self) -> "Recipe":
        """The dataset's recipe (google-research/nasbench, config.py), or what is left of it on the embedded task."""
        from nasplug.training import Recipe

        whole = Recipe(
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
        small: dict[str, Any] = {
            "batch": 50,
            "epochs": 2,
            "final_epochs": 2,
            "learning_rate": 0.1,
            "norm_momentum": 0.9,
        }
        return whole if self.data else attrs.evolve(whole, **small)
