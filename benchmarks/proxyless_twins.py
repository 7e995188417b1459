"""The networks of the space in Keras 3 and in PyTorch, for comparisons: same layers, same optimiser, same loss."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any

import numpy as np


def alone(call: str) -> Any:
    """Returns what `benchmarks.MODULE.FUNCTION(…)`, given as text, returns in a process of its own."""
    module = call.partition(".")[0]
    code = f"import json; from benchmarks import {module}; print(json.dumps({call}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def timed(action: Callable[[], object]) -> dict[str, float]:
    """Returns the seconds that `action` takes: `wall`, and `cpu` of all threads, which other processes change less."""
    wall, cpu = time.perf_counter(), time.process_time()
    action()
    return {"wall": time.perf_counter() - wall, "cpu": time.process_time() - cpu}


def fastest(measured: list[dict[str, float]]) -> dict[str, float]:
    """Returns the least of each kind of seconds."""
    return {kind: min(each[kind] for each in measured) for kind in ("wall", "cpu")}


def compared(ours: dict[str, float], theirs: dict[str, float], name: str, bar: float, images: int) -> dict[str, Any]:
    """Returns the benchmark of images a second: how many times as many ours are, by the clock and by processor time."""
    return {
        "figure": theirs["wall"] / ours["wall"],
        "unit": "×",
        "bar": f"≥ {bar:g}",
        "holds": theirs["wall"] >= bar * ours["wall"],
        "cpu_ratio": theirs["cpu"] / ours["cpu"],
        "ours": images / ours["wall"],
        name: images / theirs["wall"],
    }


def batch_of(space: Any) -> tuple[Any, Any]:
    """Returns one batch of random images and labels."""
    setting, rng = space.setting, np.random.default_rng(0)
    shape = (setting.recipe.batch, setting.resolution, setting.resolution, setting.channels)
    labels = rng.integers(0, setting.classes, setting.recipe.batch).astype(np.int32)
    return rng.standard_normal(shape, np.float32), labels


def keras_twin(space: Any, code: tuple[int, ...]) -> Any:
    """Returns the network of `code` as a compiled Keras 3 model: RMSprop with momentum, L2 on kernels."""
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


def torch_twin(space: Any, code: tuple[int, ...]) -> Any:
    """Returns the network of `code` as a PyTorch module for images `[b, channels, h, w]`."""
    from nasplug_proxyless.operations import HEAD_FILTERS, LAYERS, STEM_FILTERS, ZERO, expansion, kernel, scaled
    from torch import nn

    setting, recipe = space.setting, space.setting.recipe

    def conv(inputs: int, outputs: int, size: int = 1, stride: int = 1, groups: int = 1) -> list[Any]:
        norm = nn.BatchNorm2d(outputs, recipe.norm_epsilon, 1.0 - recipe.norm_momentum)
        return [nn.Conv2d(inputs, outputs, size, stride, size // 2, groups=groups, bias=False), norm]

    class Residual(nn.Module):
        """Adds its input to what the inner layers give."""

        def __init__(self, inner: Any) -> None:
            super().__init__()
            self.inner = inner

        def forward(self, x: Any) -> Any:
            """Returns `[b, c, h, w]`."""
            return x + self.inner(x)

    inputs = scaled(STEM_FILTERS, setting.width)
    layers = [*conv(setting.channels, inputs, 3, 2), nn.ReLU(inplace=True)]
    for layer, operation in zip(LAYERS, code, strict=True):
        outputs = scaled(layer.filters, setting.width)
        if operation == ZERO:
            continue
        hidden, size = inputs * expansion(layer, operation), kernel(operation)
        inner = [*conv(inputs, hidden), nn.ReLU(inplace=True)] if hidden > inputs else []
        inner += [*conv(hidden, hidden, size, layer.stride, hidden), nn.ReLU(inplace=True), *conv(hidden, outputs)]
        layers += [Residual(nn.Sequential(*inner))] if layer.residual else inner
        inputs = outputs
    head = scaled(HEAD_FILTERS, setting.width)
    layers += [*conv(inputs, head), nn.ReLU(inplace=True), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
    return nn.Sequential(*layers, nn.Linear(head, setting.classes))
