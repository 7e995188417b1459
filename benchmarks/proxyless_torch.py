"""Training images per second of a proxyless network: this project's trainer against PyTorch."""

import time
from typing import Any

import numpy as np

from benchmarks.proxyless_keras import CASE
from benchmarks.proxyless_twins import alone, batch_of, torch_twin

NAME = "proxyless-images-per-second-vs-torch"
BAR = 1.0
STEPS = 60


def run() -> dict[str, Any]:
    """Returns the ratio of images per second of one training; sides are measured twice, in turn, in own processes.

    PyTorch trains on two threads, its memory format is the faster one of both.
    """
    speeds: dict[str, list[float]] = {"proxyless_keras.ours()": [], "proxyless_torch.torch_speed()": []}
    for _ in range(2):
        for call, values in speeds.items():
            values.append(alone(call))
    ours, torch = map(max, speeds.values())
    return {
        "figure": ours / torch,
        "unit": "×",
        "bar": f"≥ {BAR:g}",
        "holds": ours >= BAR * torch,
        "ours": ours,
        "torch": torch,
    }


def torch_speed(threads: int = 2) -> float:
    """Returns images per second of the same network in PyTorch, after a first step, in its faster memory format."""
    import torch

    torch.set_num_threads(threads)
    return max(_speed(torch, getattr(torch, kind)) for kind in ("contiguous_format", "channels_last"))


def _speed(torch: Any, memory_format: Any) -> float:
    from nasplug_proxyless.operations import MOBILE
    from nasplug_proxyless.space import Proxyless

    space = Proxyless(**CASE)
    recipe = space.setting.recipe
    model = torch_twin(space, MOBILE).to(memory_format=memory_format)
    kernels = [p for p in model.parameters() if p.ndim == 4]
    others = [p for p in model.parameters() if p.ndim != 4]
    groups = [{"params": kernels, "weight_decay": recipe.weight_decay}, {"params": others}]
    optimizer = torch.optim.RMSprop(groups, recipe.learning_rate, recipe.decay, recipe.epsilon, 0.0, recipe.momentum)
    images, labels = batch_of(space)
    x = torch.from_numpy(np.ascontiguousarray(images.transpose(0, 3, 1, 2))).contiguous(memory_format=memory_format)
    y = torch.from_numpy(labels).long()

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        return float(loss)

    step()
    started = time.perf_counter()
    for _ in range(STEPS):
        step()
    return STEPS * len(y) / (time.perf_counter() - started)
