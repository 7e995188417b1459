"""Training images per second of a proxyless network: this project's trainer against PyTorch."""

from typing import Any

import numpy as np

from benchmarks.proxyless_keras import CASE, STEPS
from benchmarks.proxyless_twins import alone, batch_of, compared, fastest, timed, torch_twin

NAME = "proxyless-images-per-second-vs-torch"
BAR = 1.0


def run() -> dict[str, Any]:
    """Returns the ratio of images per second of one training; sides are measured twice, in turn, in own processes.

    PyTorch trains on two threads, and once more on one: the faster counts, in the faster memory format. `cpu_ratio`
    compares images per second of processor time.
    """
    calls = ("proxyless_keras.ours()", "proxyless_torch.torch(2)", "proxyless_torch.torch(1)")
    seconds: dict[str, list[dict[str, float]]] = {call: [] for call in calls}
    for _ in range(2):
        for call, values in seconds.items():
            values.append(alone(call))
    ours, *others = (fastest(values) for values in seconds.values())
    torch = fastest(others)
    return compared(ours, torch, "torch", BAR, STEPS * CASE["batch"])


def torch(threads: int) -> dict[str, float]:
    """Returns the seconds of `STEPS` steps of the same network in PyTorch, after a first one, in the faster format."""
    import torch

    torch.set_num_threads(threads)
    return fastest([_seconds(torch, getattr(torch, kind)) for kind in ("contiguous_format", "channels_last")])


def _seconds(torch: Any, memory_format: Any) -> dict[str, float]:
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
    return timed(lambda: [step() for _ in range(STEPS)])
