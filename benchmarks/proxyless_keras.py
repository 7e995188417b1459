"""Training images per second of a proxyless network: this project's trainer against Keras 3 `model.fit`."""

import json
import subprocess
import sys
import time
from typing import Any

import numpy as np

NAME = "proxyless-images-per-second-vs-keras"
BAR = 2.0
STEPS = 60


def run() -> dict[str, Any]:
    """Returns the ratio of images per second; each side is measured twice, in turn, in a process of its own."""
    speeds: dict[str, list[float]] = {"ours": [], "keras": []}
    for _ in range(2):
        for side, values in speeds.items():
            values.append(_measured_alone(side))
    ours, keras = max(speeds["ours"]), max(speeds["keras"])
    return {
        "figure": ours / keras,
        "unit": "×",
        "bar": f"≥ {BAR:g}",
        "holds": ours >= BAR * keras,
        "ours": ours,
        "keras": keras,
    }


def _measured_alone(side: str) -> float:
    code = f"import json; from benchmarks import proxyless_keras as b; print(json.dumps(b.{side}()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return float(json.loads(done.stdout.splitlines()[-1]))


def ours() -> float:
    """Returns images per second of the trainer, after a first step."""
    from nasplug.training import configure, load_task
    from nasplug.training.backend import tf
    from nasplug.training.step import TrainingStep

    configure()
    space, architecture, images, labels = _case()
    task = load_task(space.task, space.setting.resolution)
    step = TrainingStep(space.build_network(architecture=architecture), task, space.setting.recipe, STEPS + 1)
    step(images, labels, tf.constant(0.0))
    started = time.perf_counter()
    for number in range(STEPS):
        float(step(tf.constant(images), tf.constant(labels), tf.constant(number, tf.float32)))
    return STEPS * len(labels) / (time.perf_counter() - started)


def keras() -> float:
    """Returns images per second of `model.fit` with Keras' defaults, after a first epoch."""
    space, architecture, images, labels = _case()
    model, recipe = keras_twin(space, architecture.code), space.setting.recipe
    images, labels = np.tile(images, (STEPS, 1, 1, 1)), np.tile(labels, STEPS)
    model.fit(images[: 2 * recipe.batch], labels[: 2 * recipe.batch], batch_size=recipe.batch, verbose=0)
    started = time.perf_counter()
    model.fit(images, labels, batch_size=recipe.batch, verbose=0)
    return len(labels) / (time.perf_counter() - started)


def keras_twin(space: Any, code: tuple[int, ...]) -> Any:
    """Returns the same network as a compiled Keras 3 model: same layers, RMSprop with momentum, L2 on kernels."""
    import keras as k
    from nasplug_proxyless.operations import HEAD_FILTERS, LAYERS, STEM_FILTERS, ZERO, expansion, kernel, scaled

    setting, recipe = space.setting, space.setting.recipe
    l2 = k.regularizers.L2(recipe.weight_decay / 2)

    def norm(x: Any) -> Any:
        return k.layers.BatchNormalization(momentum=recipe.norm_momentum, epsilon=recipe.norm_epsilon)(x)

    def conv(x: Any, filters: int, size: int = 1, stride: int = 1) -> Any:
        options = {"padding": "same", "use_bias": False, "kernel_regularizer": l2}
        return norm(k.layers.Conv2D(filters, size, stride, **options)(x))

    def depthwise(x: Any, size: int, stride: int) -> Any:
        options = {"padding": "same", "use_bias": False, "depthwise_regularizer": l2}
        return norm(k.layers.DepthwiseConv2D(size, stride, **options)(x))

    images = k.Input((setting.resolution, setting.resolution, setting.channels))
    x = k.layers.ReLU()(conv(images, scaled(STEM_FILTERS, setting.width), 3, 2))
    for layer, operation in zip(LAYERS, code, strict=True):
        if operation == ZERO:
            continue
        ratio = expansion(layer, operation)
        y = k.layers.ReLU()(conv(x, ratio * x.shape[-1])) if ratio > 1 else x
        y = k.layers.ReLU()(depthwise(y, kernel(operation), layer.stride))
        y = conv(y, scaled(layer.filters, setting.width))
        x = k.layers.Add()([x, y]) if layer.residual else y
    x = k.layers.GlobalAveragePooling2D()(k.layers.ReLU()(conv(x, scaled(HEAD_FILTERS, setting.width))))
    model = k.Model(images, k.layers.Dense(setting.classes)(x))
    optimizer = k.optimizers.RMSprop(recipe.learning_rate, recipe.decay, recipe.momentum, recipe.epsilon)
    model.compile(optimizer, k.losses.SparseCategoricalCrossentropy(from_logits=True), metrics=["accuracy"])
    return model


def _case() -> tuple[Any, Any, Any, Any]:
    """Returns the space, ProxylessNAS-mobile, and one batch of random images and labels."""
    from nasplug_proxyless.operations import MOBILE
    from nasplug_proxyless.space import Proxyless

    from nasplug import Architecture

    space, rng = Proxyless(), np.random.default_rng(0)
    setting = space.setting
    shape = (setting.recipe.batch, setting.resolution, setting.resolution, setting.channels)
    labels = rng.integers(0, setting.classes, setting.recipe.batch).astype(np.int32)
    return space, Architecture("proxyless", MOBILE), rng.standard_normal(shape, np.float32), labels
