"""Time from nothing to the end of the first training step of a new proxyless network, tracing included."""

import time
from typing import Any

import numpy as np

NAME = "proxyless-first-step"
BAR = 4.0


def run() -> dict[str, Any]:
    """Returns the slowest of three architectures, in seconds; the first one of them also starts TensorFlow's pools."""
    seconds = [first_step(seed) for seed in range(3)]
    return {
        "figure": max(seconds),
        "unit": "s",
        "bar": f"≤ {BAR:g}",
        "holds": max(seconds) <= BAR,
        "each": [round(value, 3) for value in seconds],
    }


def first_step(seed: int) -> float:
    """Returns the seconds that a random architecture takes to be built, traced and trained for one step."""
    from nasplug_proxyless.space import Proxyless

    from nasplug.training import configure, load_task
    from nasplug.training.step import TrainingStep

    configure()
    space = Proxyless()
    task = load_task(space.task, space.setting.resolution)
    images, labels = next(task.training_batches("search", space.setting.recipe.batch, 1, 0))
    architecture = space.sample(rng=np.random.default_rng(seed))
    started = time.perf_counter()
    network = space.build_network(architecture=architecture)
    step = TrainingStep(network, task, space.setting.recipe, 100)
    step(images, labels, np.float32(0)).numpy()
    return time.perf_counter() - started
