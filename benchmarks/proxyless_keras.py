"""Training images per second of a proxyless network: this project's trainer against Keras 3 `model.fit`."""

from typing import Any

import numpy as np

from benchmarks.proxyless_twins import alone, batch_of, compared, fastest, keras_twin, timed

NAME = "proxyless-images-per-second-vs-keras"
BAR = 2.0
STEPS = 60
CASE: dict[str, Any] = {"width": 0.25, "resolution": 48, "batch": 32}


def run() -> dict[str, Any]:
    """Returns the ratio of images per second; each side is measured twice, in turn, in a process of its own.

    `cpu_ratio` is the same per second of processor time.
    """
    seconds: dict[str, list[dict[str, float]]] = {"ours": [], "keras": []}
    for _ in range(2):
        for side, values in seconds.items():
            values.append(alone(f"proxyless_keras.{side}()"))
    ours, keras = (fastest(values) for values in seconds.values())
    return compared(ours, keras, "keras", BAR, STEPS * CASE["batch"])


def ours() -> dict[str, float]:
    """Returns the seconds of `STEPS` steps of the trainer on ProxylessNAS-mobile, after a first step."""
    from nasplug_proxyless.operations import MOBILE
    from nasplug_proxyless.space import Proxyless

    from nasplug import Architecture
    from nasplug.training import configure, load_task
    from nasplug.training.backend import tf
    from nasplug.training.step import TrainingStep

    configure()
    space = Proxyless(**CASE)
    images, labels = batch_of(space)
    network = space.build_network(architecture=Architecture("proxyless", MOBILE))
    task = load_task(space.task, space.setting.resolution)
    step = TrainingStep(network, task, space.setting.recipe, STEPS + 1)
    step(images, labels, tf.constant(0.0))
    return timed(lambda: [float(step(images, labels, number)) for number in range(STEPS)])


def keras() -> dict[str, float]:
    """Returns the seconds of `STEPS` steps of `model.fit` with Keras' defaults, after a first epoch."""
    from nasplug_proxyless.operations import MOBILE
    from nasplug_proxyless.space import Proxyless

    space = Proxyless(**CASE)
    images, labels = batch_of(space)
    model, batch = keras_twin(space, MOBILE), space.setting.recipe.batch
    images, labels = np.tile(images, (STEPS, 1, 1, 1)), np.tile(labels, STEPS)
    model.fit(images[: 2 * batch], labels[: 2 * batch], batch_size=batch, verbose=0)
    return timed(lambda: model.fit(images, labels, batch_size=batch, verbose=0))
