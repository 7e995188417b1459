"""A latency look-up table for this machine: single blocks are timed, whole networks are their sums."""

import json
import platform
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from nasplug.training import Dense, litert, tf
from nasplug_proxyless.additive_latency import AdditiveLatency
from nasplug_proxyless.network import ConvNormRelu, InvertedBottleneck
from nasplug_proxyless.operations import CHOICES, HEAD_FILTERS, LAYERS, ZERO, Position, positions, scaled
from nasplug_proxyless.settings import Setting
from nasplug_proxyless.trainer import build

ROUNDS, RUNS = 7, 15
NETWORKS = 6  # whole networks, whose times scale the sums of the blocks
Key = tuple[Any, ...]
Code = tuple[int, ...]


def calibrate(setting: Setting, threads: int, report: Callable[[str], None]) -> AdditiveLatency:
    """Returns the model whose coefficients are the times of single blocks on this machine.

    The blocks are timed one after the other, in several rounds. The median over the rounds counts, so that a busy
    moment of the machine does not spoil the time of one block. The overhead of a LiteRT call is counted once for each
    network. Blocks run faster alone than within a network, where the processor's caches also hold other layers.
    Therefore, all times are scaled by the median ratio of the times of six random networks to the sums of their blocks.
    Each model uses `threads` threads; `report` is called with a line of text for each step of the work.
    """
    layers = positions(setting.width, setting.resolution)
    models = {key: litert.Model(content, threads) for key, content in _converted(setting, layers, report)}
    report(f"timing {len(models)} models in {ROUNDS} rounds")
    rounds = [{key: model.milliseconds(2, RUNS) for key, model in models.items()} for _ in range(ROUNDS)]
    times = {key: float(np.median([times[key] for times in rounds])) for key in models}
    call = times[("call",)]
    rows = [
        [0.0 if op == ZERO else max(times[layer.key(op)] - call, 0.0) for op in range(choices)]
        for layer, choices in zip(layers, CHOICES, strict=True)
    ]
    model = AdditiveLatency.from_rows(times[("stem",)] + times[("head",)] - call, rows)
    report(f"timing {NETWORKS} whole networks")
    measured = random_networks(setting, threads, NETWORKS, seed=0)
    scale = float(np.median([time / model.latencies([code])[0] for code, time in measured]))
    return AdditiveLatency(scale * model.bias, scale * model.coefficients)


def random_networks(setting: Setting, threads: int, count: int, seed: int) -> list[tuple[Code, float]]:
    """Returns `count` random codes and the milliseconds that their whole networks take."""
    rng = np.random.default_rng(seed)
    codes = [tuple(code) for code in rng.integers(CHOICES, size=(count, len(LAYERS))).tolist()]
    return [(code, network_latency(code, setting, threads)) for code in codes]


def network_latency(code: Code, setting: Setting, threads: int) -> float:
    """Returns the milliseconds that one image takes in the network of `code` on this machine's CPU, through LiteRT."""
    litert.interpreter()  # says what is missing before a network is built
    network = build(code, setting, "search", np.random.default_rng(0))
    return litert.host_latency(network, (1, setting.resolution, setting.resolution, setting.channels), threads)


def mean_error(model: AdditiveLatency, measured: Sequence[tuple[Code, float]]) -> float:
    """Returns the mean absolute error of the model, in percent of what was measured."""
    errors = [abs(float(model.latencies([code])[0]) - time) / time for code, time in measured]
    return 100.0 * float(np.mean(errors))


def write_table(path: Path, model: AdditiveLatency, setting: Setting, threads: int) -> None:
    """Writes the model as a table that can be named as a device, with what it was measured on."""
    table = {
        "source": f"LiteRT on {platform.processor() or platform.machine()} ({platform.node()}), {threads} threads",
        "width": setting.width,
        "resolution": setting.resolution,
        "bias_ms": round(model.bias, 6),
        "coefficients_ms": [row[~np.isnan(row)].round(6).tolist() for row in model.coefficients],
    }
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _converted(setting: Setting, layers: list[Position], report: Callable[[str], None]) -> Iterator[tuple[Key, bytes]]:
    """Yields the LiteRT models of the stem, the head and every distinct block, and of an almost empty network."""
    rng = np.random.default_rng(0)
    yield ("call",), litert.converted(tf.nn.relu, (1, 1, 1, 8), tf.Module())
    stem = ConvNormRelu(3, setting.channels, layers[0].inputs, 2, {}, rng)
    yield ("stem",), _part(stem, setting.resolution, setting.channels)
    last = layers[-1]
    head = _Head(last.outputs, scaled(HEAD_FILTERS, setting.width), setting.classes, rng)
    yield ("head",), _part(head, last.output_size, last.outputs)
    seen = set()
    for number, (position, choices) in enumerate(zip(layers, CHOICES, strict=True)):
        for operation in range(min(choices, ZERO)):
            if (key := position.key(operation)) not in seen:
                seen.add(key)
                block = InvertedBottleneck(position, operation, {}, rng)
                yield key, _part(block, position.size, position.inputs)
        report(f"converted the blocks of layer {number}")


def _part(module: Any, size: int, channels: int) -> bytes:
    return litert.converted(lambda x: module(x, False), (1, size, size, channels), module)


class _Head(tf.Module):
    """What follows the searched layers: 1×1 convolution, average, classifier."""

    def __init__(self, inputs: int, filters: int, classes: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.convolution, self.classifier = ConvNormRelu(1, inputs, filters, 1, {}, rng), Dense(filters, classes, rng)

    def __call__(self, x: Any, training: bool) -> Any:
        return self.classifier(tf.reduce_mean(self.convolution(x, training), axis=[1, 2]))
