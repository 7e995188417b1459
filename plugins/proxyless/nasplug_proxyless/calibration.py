"""A latency look-up table for this machine: single blocks are timed, whole networks are their sums."""

import json
import platform
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import attrs
import numpy as np

from nasplug.training import litert
from nasplug.training.backend import tf
from nasplug.training.layers import Dense
from nasplug_proxyless.additive_latency import Additive
from nasplug_proxyless.network import InvertedBottleneck, conv_norm_relu
from nasplug_proxyless.operations import CHOICES, HEAD_FILTERS, LAYERS, STEM_FILTERS, ZERO, Layer, halved, scaled
from nasplug_proxyless.settings import Setting
from nasplug_proxyless.trainer import build

ROUNDS, RUNS = 7, 15
NETWORKS = 6  # whole networks that the sums are scaled by
Key = tuple[Any, ...]


@attrs.frozen
class Place:
    """Where a searched layer sits: what comes in, what goes out, at which image size."""

    layer: Layer
    inputs: int
    outputs: int
    size: int

    def key(self, operation: int) -> Key:
        """Returns what two blocks that take equally long have in common."""
        return (self.layer.block, self.layer.first, self.inputs, self.outputs, self.size, operation)


def places(setting: Setting) -> list[Place]:
    """Returns the places of the 22 layers in networks of this width and resolution."""
    size, inputs = halved(setting.resolution, 2), scaled(STEM_FILTERS, setting.width)
    found = []
    for layer in LAYERS:
        outputs = scaled(layer.filters, setting.width)
        found.append(Place(layer, inputs, outputs, size))
        inputs, size = outputs, halved(size, layer.stride)
    return found


def calibrate(setting: Setting, threads: int, report: Callable[[str], None]) -> Additive:
    """Returns the model whose coefficients are the times of single blocks on this machine, on `threads` threads.

    Every model is timed in several rounds, all in turn, and the median over the rounds counts, so that a busy moment
    of the machine does not end in one block's figure. What calling LiteRT costs at all is counted once a network.
    Blocks run faster alone than within a network, where the processor's caches hold other layers too: all is scaled by
    the median of what six random networks take to what their blocks do.
    """
    spots = places(setting)
    models = {key: litert.Model(content, threads) for key, content in _converted(setting, spots, report)}
    report(f"timing {len(models)} models in {ROUNDS} rounds")
    rounds = [{key: model.milliseconds(2, RUNS) for key, model in models.items()} for _ in range(ROUNDS)]
    times = {key: float(np.median([each[key] for each in rounds])) for key in models}
    call = times[("call",)]
    rows = [
        [0.0 if op == ZERO else max(times[spot.key(op)] - call, 0.0) for op in range(choices)]
        for spot, choices in zip(spots, CHOICES, strict=True)
    ]
    model = Additive.of_rows(times[("stem",)] + times[("head",)] - call, rows)
    report(f"timing {NETWORKS} whole networks")
    measured = random_networks(setting, threads, NETWORKS, seed=0)
    scale = float(np.median([time / model.of([code])[0] for code, time in measured]))
    return Additive(scale * model.bias, scale * model.coefficients)


def random_networks(setting: Setting, threads: int, count: int, seed: int) -> list[tuple[tuple[int, ...], float]]:
    """Returns `count` random codes and the milliseconds that their whole networks take."""
    rng = np.random.default_rng(seed)
    codes = [tuple(code) for code in rng.integers(CHOICES, size=(count, len(LAYERS))).tolist()]
    return [(code, network_latency(code, setting, threads)) for code in codes]


def network_latency(code: tuple[int, ...], setting: Setting, threads: int) -> float:
    """Returns the milliseconds that one image takes in the network of `code` on this machine's CPU, through LiteRT."""
    litert.interpreter()  # says what is missing before a network is built
    network = build(code, setting, "search", np.random.default_rng(0))
    return litert.host_latency(network, (1, setting.resolution, setting.resolution, setting.channels), threads)


def mean_error(model: Additive, measured: list[tuple[tuple[int, ...], float]]) -> float:
    """Returns the mean absolute error of the model, in percent of what was measured."""
    errors = [abs(float(model.of([code])[0]) - time) / time for code, time in measured]
    return 100.0 * float(np.mean(errors))


def write_table(path: Path, model: Additive, setting: Setting, threads: int) -> None:
    """Writes the model as a table that can be named as a device, with what it was measured on."""
    rows = [row[~np.isnan(row)].round(6).tolist() for row in model.coefficients]
    table = {
        "source": f"LiteRT on {platform.processor() or platform.machine()} ({platform.node()}), {threads} threads",
        "width": setting.width,
        "resolution": setting.resolution,
        "bias_ms": round(model.bias, 6),
        "coefficients_ms": rows,
    }
    path.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def _converted(setting: Setting, spots: list[Place], report: Callable[[str], None]) -> Iterator[tuple[Key, bytes]]:
    """Yields the LiteRT model of every block that differs from the others, of stem, head, and of a mere call."""
    rng = np.random.default_rng(0)
    yield ("call",), litert.converted(tf.nn.relu, (1, 1, 1, 8), tf.Module())
    stem = conv_norm_relu(3, setting.channels, spots[0].inputs, 2, {}, rng)
    yield ("stem",), _part(stem, setting.resolution, setting.channels)
    last = spots[-1]
    head = _Head(last.outputs, scaled(HEAD_FILTERS, setting.width), setting.classes, rng)
    yield ("head",), _part(head, halved(last.size, last.layer.stride), last.outputs)
    seen = set()
    for number, (spot, choices) in enumerate(zip(spots, CHOICES, strict=True)):
        for operation in range(min(choices, ZERO)):
            if (key := spot.key(operation)) not in seen:
                seen.add(key)
                block = InvertedBottleneck(spot.layer, operation, spot.inputs, spot.outputs, {}, rng)
                yield key, _part(block, spot.size, spot.inputs)
        report(f"converted the blocks of layer {number}")


def _part(module: Any, size: int, channels: int) -> bytes:
    return litert.converted(lambda x: module(x, False), (1, size, size, channels), module)


class _Head(tf.Module):
    """What follows the searched layers: 1×1 convolution, average, classifier."""

    def __init__(self, inputs: int, filters: int, classes: int, rng: np.random.Generator) -> None:
        super().__init__()
        self.convolution, self.classifier = conv_norm_relu(1, inputs, filters, 1, {}, rng), Dense(filters, classes, rng)

    def __call__(self, x: Any, training: bool) -> Any:
        return self.classifier(tf.reduce_mean(self.convolution(x, training), axis=[1, 2]))
