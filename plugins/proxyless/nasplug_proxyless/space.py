"""The 22-layer ProxylessNAS space as a plugin: 664,506,689,423,701,824 architectures (arXiv 1912.00848)."""

import sys
from collections.abc import Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np
from attrs.validators import and_, ge, le
from numpy.typing import NDArray

from nasplug import Architecture, Evaluation, InvalidArchitecture, Published, Purpose, Run, hookimpl, option
from nasplug.plugin import Space
from nasplug.training import describe_task
from nasplug_proxyless import counts, latency
from nasplug_proxyless.operations import CHOICES, LAYERS, OPERATIONS, canonical_text, check
from nasplug_proxyless.options import TrainingOptions
from nasplug_proxyless.presentation import draw_layers, labels
from nasplug_proxyless.settings import recommended
from nasplug_proxyless.window_sampler import WindowSampler

if TYPE_CHECKING:
    import click
    from torch_geometric.data import Batch

NAME = "proxyless"
SIZE = int(np.prod(CHOICES.astype(object)))
# the paper's frontier on ImageNet (Table 2, supplementary material): ms, test accuracy and its deviation in %, code
TABLE2: list[tuple[float, float, float, tuple[int, ...]]] = [
    (75.05, 73.76, 0.08, (0, 0, 6, 0, 0, 0, 0, 0, 6, 1, 4, 6, 2, 4, 0, 1, 5, 0, 2, 6, 2, 3)),
    (75.10, 74.07, 0.09, (0, 0, 6, 0, 6, 1, 2, 0, 6, 3, 0, 1, 5, 2, 0, 0, 1, 4, 0, 6, 5, 3)),
    (75.36, 73.86, 0.19, (0, 1, 6, 6, 6, 0, 4, 6, 6, 4, 6, 6, 1, 5, 5, 1, 3, 1, 5, 2, 2, 3)),
    (75.76, 74.16, 0.20, (0, 0, 6, 6, 6, 2, 0, 2, 3, 4, 6, 1, 6, 0, 1, 1, 1, 5, 4, 2, 3, 3)),
    (76.10, 74.35, 0.08, (0, 0, 6, 0, 6, 2, 3, 6, 0, 4, 3, 4, 5, 3, 0, 6, 0, 1, 0, 2, 2, 3)),
    (78.23, 74.70, 0.15, (0, 0, 0, 6, 6, 1, 0, 6, 0, 5, 0, 2, 1, 4, 0, 2, 2, 5, 5, 0, 2, 3)),
    (80.42, 74.61, 0.07, (0, 0, 6, 0, 6, 2, 0, 0, 2, 1, 0, 0, 6, 5, 0, 1, 3, 5, 5, 2, 2, 3)),
    (82.44, 74.70, 0.04, (0, 0, 6, 6, 0, 2, 0, 0, 4, 5, 4, 6, 2, 4, 3, 3, 6, 5, 1, 2, 2, 3)),
    (84.95, 74.75, 0.09, (0, 0, 0, 0, 6, 1, 3, 1, 6, 4, 2, 1, 0, 2, 6, 0, 5, 4, 2, 2, 5, 3)),
]


@attrs.frozen(eq=False)
class Proxyless(TrainingOptions, Space):
    """ProxylessNAS: 22 layers, each an inverted bottleneck of kernel 3, 5 or 7 and expansion 3 or 6, or nothing.
    Devices: pixel1 (a published model), host (this machine's CPU, measured), FILE.json of 'nasplug proxyless latency'.
    """

    mutation_probability: float = option(
        0.0, help="probability that a mutation changes a layer, beside the one layer that it always changes",
        validator=and_(ge(0), le(1)),
    )  # fmt: skip
    _samplers: dict[tuple[str, float, float], WindowSampler] = attrs.field(factory=dict, init=False, repr=False)
    _measured: dict[tuple[int, ...], float] = attrs.field(factory=dict, init=False, repr=False)

    @property
    def size(self) -> int:
        """The number of architectures: 3 · 6⁶ · 7¹⁵."""
        return SIZE

    @hookimpl
    def choices(self) -> tuple[int, ...]:
        """Returns how many operations each layer has."""
        return tuple(CHOICES.tolist())

    @property
    def training_options(self) -> TrainingOptions:
        """The options of networks and trainings, without the space around them."""
        return TrainingOptions(**{field.name: getattr(self, field.name) for field in attrs.fields(TrainingOptions)})

    @hookimpl
    def register_commands(self, group: "click.Group") -> None:
        """Adds `count`, `latency` and `train`."""
        from nasplug_proxyless.cli.commands import proxyless

        group.add_command(proxyless)

    @hookimpl
    def recommend(self, strategy: str) -> dict[str, Any] | None:
        """Returns what suits the task: the paper's values on ImageNet, minutes of work on the embedded ones."""
        return recommended(strategy, self.task)

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Prints on standard error what the task is, and how to run ImageNet."""
        if self.task != "imagenet":
            hint = "For ImageNet: --space-opt task=imagenet --space-opt data=DIR"
            print(f"Task {self.task}: {describe_task(self.task)}. {hint}", file=sys.stderr)

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns an architecture drawn uniformly from the whole space."""
        return Architecture(NAME, tuple(map(int, rng.integers(CHOICES))))

    @hookimpl
    def sample_within(
        self, device: str, low: float, high: float, count: int, rng: np.random.Generator
    ) -> list[Architecture] | None:
        """Returns architectures drawn uniformly from the window; None if the device's latency is no sum over layers."""
        if (model := latency.additive_model(device, self.setting)) is None:
            return None
        key = (device, low, high)
        if key not in self._samplers:
            self._samplers[key] = WindowSampler.of(model, low, high)
        return [Architecture(NAME, tuple(code)) for code in self._samplers[key].sample(count, rng).tolist()]

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns the architecture with another operation in one layer or more, all choices equally likely."""
        code = list(_checked(architecture))
        changed = 1 + rng.binomial(len(LAYERS) - 1, self.mutation_probability)
        for layer in rng.choice(len(LAYERS), changed, replace=False):
            code[layer] = int((code[layer] + rng.integers(1, CHOICES[layer])) % CHOICES[layer])
        return Architecture(NAME, tuple(code))

    @hookimpl
    def canonical(self, architecture: Architecture) -> str:
        """Returns a text that equal networks share: within a block, it does not matter which layers are zero."""
        return canonical_text(_checked(architecture))

    @hookimpl
    def encode_graph(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns a chain of 22 nodes for each architecture, operations as one-hot rows of 7."""
        return _chains([_checked(architecture) for architecture in architectures])

    @hookimpl
    def features(self, architectures: Sequence[Architecture]) -> NDArray[np.float32]:
        """Returns float32 `[n, 2]`: millions of parameters and of multiply-adds."""
        return (self._counts.count([_checked(a) for a in architectures]) / 1e6).astype(np.float32)

    @hookimpl
    def measure(self, architecture: Architecture) -> dict[str, float]:
        """Returns the parameters and the multiply-adds, for one image, of the network that is trained."""
        parameters, multiply_adds = self._counts.count([_checked(architecture)])[0].tolist()
        return {"parameters": float(parameters), "multiply_adds": float(multiply_adds)}

    @cached_property
    def _counts(self) -> counts.Counts:
        setting = self.setting  # for a task of another package, its images are loaded
        return counts.tabulate(setting.width, setting.resolution, setting.classes, setting.channels)

    @hookimpl
    def devices(self) -> list[str]:
        """Returns `pixel1`, `host`, and the latency tables in the current folder."""
        return ["pixel1", "host", *latency.tables()]

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns milliseconds for one image; None for an unknown device.

        `pixel1` is TuNAS's linear model, at width 1 and 224×224; a file `….json` a table of `latency calibrate`; `host`
        measures the network of these options on this CPU, once for each architecture.
        """
        code = _checked(architecture)
        if device == "host":
            from nasplug_proxyless.calibration import network_latency
            from nasplug_proxyless.trainer import set_up

            if code not in self._measured:
                set_up(self.training_options)
                self._measured[code] = network_latency(code, self.setting, self.latency_threads)
            return self._measured[code]
        model = latency.additive_model(device, self.setting)
        return float(model.latencies([code])[0]) if model else None

    @hookimpl
    def describe(self, architecture: Architecture) -> str:
        """Returns the operations block by block, in one line."""
        return " | ".join(" ".join(block) for block in labels(_checked(architecture)))

    @hookimpl
    def draw(self, architecture: Architecture) -> str:
        """Returns an SVG: one box a layer, as wide as its kernel and as high as its expansion; zero is a gap."""
        return draw_layers(_checked(architecture))

    @hookimpl
    def published(self) -> dict[str, list[Published]]:
        """Returns `table2`: the nine networks of the paper's frontier, fastest first."""
        rows = [Published(Architecture(NAME, code), accuracy, std, ms, "pixel1") for ms, accuracy, std, code in TABLE2]
        return {"table2": rows}

    @hookimpl
    def build_network(self, architecture: Architecture) -> Any:
        """Returns a new `ProxylessNetwork` with the initial weights of seed 0."""
        from nasplug_proxyless.trainer import build, set_up

        set_up(self.training_options)
        return build(_checked(architecture), self.setting, "search", np.random.default_rng(0))

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Trains the network and returns its accuracy; for `search`, the mean of `repeats` trainings."""
        _checked(architecture)
        from nasplug_proxyless.trainer import Trainer

        return Trainer.of(self.training_options).evaluate(architecture, purpose, epochs, seed)


def _checked(architecture: Architecture) -> tuple[int, ...]:
    """Returns the code of an architecture of this space. Raises `InvalidArchitecture`."""
    if architecture.space != NAME:
        raise InvalidArchitecture(f"{architecture} belongs to the space {architecture.space}, not to {NAME}.")
    check(architecture.code)
    return architecture.code


def _chains(codes: Sequence[Sequence[int]]) -> "Batch":
    """Returns `n` codes as one batch of chains, each of 22 nodes with one-hot operations."""
    import torch
    from torch_geometric.data import Batch, Data

    n, nodes = len(codes), len(LAYERS)
    index = np.asarray(codes, dtype=np.int64).reshape(n * nodes)
    start = (np.arange(n)[:, None] * nodes + np.arange(nodes - 1)).reshape(-1)  # [21·n]
    batch = Batch(_base_cls=Data)
    batch.x = torch.from_numpy(np.eye(OPERATIONS, dtype=np.float32)[index])  # [22·n, 7]
    batch.edge_index = torch.from_numpy(np.stack([start, start + 1]).astype(np.int64))  # [2, 21·n]
    batch.batch = torch.arange(n).repeat_interleave(nodes)  # [22·n]
    batch.ptr = torch.arange(n + 1) * nodes
    batch._num_graphs = n
    batch._slice_dict = {"x": batch.ptr, "edge_index": torch.arange(n + 1) * (nodes - 1)}
    batch._inc_dict = {"x": torch.zeros(n, dtype=torch.long), "edge_index": batch.ptr[:-1]}
    return batch
