"""Accuracies by training: the cell network, scaled down, on an embedded task."""

from typing import Any

import attrs
import numpy as np

from nasplug import Evaluation
from nasplug.types import Purpose
from nasplug_nasbench101.cell import Cell

TASK, RESOLUTION = "fashion-mnist", 28
EPOCHS = 2
NORM = {"momentum": 0.9, "epsilon": 1e-5}  # the dataset's momentum .997 averages over more steps than there are (ours)


@attrs.define(eq=False)
class Training:
    """Trains the network of a cell from scratch, in seconds on a CPU, on a task that needs no download.

    The dataset trains 9 cells on 128 channels for 108 epochs of CIFAR-10. Here channels, cells, epochs and task are
    scaled down, so an accuracy of this source is not one of the dataset's. The optimiser is the dataset's; its
    learning rate 0.2 for 256 images has become 0.1 for 50 (ours).
    """

    channels: int
    stacks: int
    modules: int

    def evaluate(self, code: tuple[int, ...], purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns validation accuracy (`search`) or test accuracy (`final`) after `epochs` epochs, 2 by default."""
        from nasplug.training import Recipe, configure, load_task, train

        configure()
        recipe = Recipe(
            batch=50, learning_rate=0.1, epsilon=1.0, weight_decay=1e-4, decayed="all", warmup=0.0, final_dropout=0.0
        )
        task = load_task(TASK, RESOLUTION)
        cell = Cell.from_code(code)
        return train(lambda rng: self.network(cell, rng), task, recipe, purpose, epochs or EPOCHS, seed)

    def network(self, cell: Cell, rng: np.random.Generator) -> Any:
        """Returns the `tf.Module` that is trained, its weights drawn with `rng`."""
        from nasplug_nasbench101.network import CellNetwork

        size = {"channels": self.channels, "stacks": self.stacks, "modules": self.modules}
        return CellNetwork(cell, **size, image_channels=1, rng=rng, norm=NORM)
