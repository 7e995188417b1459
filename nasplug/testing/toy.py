"""The simple spaces and strategies that the kit puts beside the plugin under test. A search takes a moment."""

import time
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import attrs
import numpy as np

from nasplug.errors import InvalidArchitecture
from nasplug.hookspecs import hookimpl
from nasplug.loading.options import option
from nasplug.loading.packages import require_packages
from nasplug.types import Architecture, Evaluation, Run

NAME = "toy"
GRAPH_PACKAGES = (("torch", "torch_geometric"), "The kit's laws of graphs", "torch torch-geometric")
MAX_CALLS = 200_000  # of sample and mutate between two evaluations; a strategy that needs more never ends


class Endless(Exception):
    """A strategy calls sample or mutate again and again, and never returns from suggest."""


@attrs.define(eq=False)
class Toy:
    """A small space for tests: a code holds the operation of each layer.

    The order of the last two layers does not change the network. The accuracy is a formula: each layer has one best
    operation, and the seed adds noise. The device `toyphone` has a latency.
    """

    layers: int = option(6, help="length of a code", validator=attrs.validators.ge(1))
    operations: int = option(4, help="operations to choose from", validator=attrs.validators.ge(2))
    noise: float = option(0.5, help="percent between the luckiest and the unluckiest seed")
    shift: float = option(0.0, help="percent added to every accuracy")
    seconds: float = option(0.0, help="duration of the shortest evaluation; the longest takes three times as long")
    fails: float = option(0.0, help="share of the architectures whose evaluation raises")
    _calls: int = attrs.field(default=0, init=False)

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns a uniform sample."""
        self._count()
        return Architecture(NAME, tuple(rng.integers(self.operations, size=self.layers).tolist()))

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns the architecture with another operation in one layer."""
        self._count()
        code = list(self.checked(architecture))
        layer = int(rng.integers(self.layers))
        code[layer] = (code[layer] + 1 + int(rng.integers(self.operations - 1))) % self.operations
        return Architecture(NAME, tuple(code))

    @hookimpl
    def canonical(self, architecture: Architecture) -> str:
        """Returns the code with its last two layers sorted."""
        return ",".join(map(str, self._sorted(architecture)))

    @hookimpl
    def enumerate_space(self) -> Iterator[Architecture]:
        """Returns an iterator over all networks."""
        codes = product(range(self.operations), repeat=self.layers)
        return (a for code in codes if code == self._sorted(a := Architecture(NAME, code)))

    @hookimpl
    def choices(self) -> tuple[int, ...]:
        """Returns how many operations each layer has."""
        return (self.operations,) * self.layers

    @hookimpl
    def measure(self, architecture: Architecture) -> dict[str, float]:
        """Returns the parameters: 1,000 for the network, and as many for each step of an operation."""
        return {"parameters": 1000.0 * (1 + sum(self.checked(architecture)))}

    @hookimpl
    def encode_graph(self, architectures: Sequence[Architecture]) -> Any:
        """Returns chains of one-hot operations, with the last two layers sorted."""
        require_packages(*GRAPH_PACKAGES)
        import torch
        from torch_geometric.data import Batch, Data

        codes = torch.tensor([self._sorted(architecture) for architecture in architectures])
        edges = torch.stack([torch.arange(self.layers - 1), torch.arange(1, self.layers)])
        rows = torch.nn.functional.one_hot(codes, self.operations).float()
        return Batch.from_data_list([Data(x=x, edge_index=edges) for x in rows])

    @hookimpl
    def devices(self) -> list[str]:
        """Returns the one device of this space."""
        return ["toyphone"]

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns 10 ms and the sum of the code on `toyphone`, None on other devices."""
        return 10.0 + sum(architecture.code) if device == "toyphone" else None

    @hookimpl
    def recommend(self, strategy: str) -> dict[str, Any] | None:
        """Returns small settings, for searches of a few dozen trials."""
        predictor = {"n": 24, "refit": 0, "members": 1, "epochs": 60}
        evolution = {"population": 12, "tournament": 4}
        return {"regularized_evolution": evolution, "neural_predictor": predictor}.get(strategy)

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, seed: int) -> Evaluation:
        """Returns the formula's accuracy. Raises `RuntimeError` for the share `fails` of the networks."""
        code = self._sorted(architecture)
        self._calls = 0
        time.sleep(self.seconds * (1 + sum(code) % 3))
        if np.random.default_rng(code).random() < self.fails:
            raise RuntimeError("this toy fails on purpose")
        ranks = [(operation * 3 + layer) % self.operations for layer, operation in enumerate(code)]
        quality = sum(ranks) / (self.layers * (self.operations - 1))
        luck = self.noise * (seed % 101 / 100 - 0.5) if purpose == "search" else -1.0
        return Evaluation(50 + 40 * quality + luck + self.shift, cost=1.0, metrics={}, source="toy")

    def checked(self, architecture: Architecture) -> tuple[int, ...]:
        """Returns the code. Raises `InvalidArchitecture` where it does not belong to this space."""
        code = architecture.code
        if architecture.space != NAME or len(code) != self.layers or not set(code) <= set(range(self.operations)):
            wanted = f"wanted toy:… of {self.layers} numbers below {self.operations}"
            raise InvalidArchitecture(f"{wanted}, got {architecture}")
        return code

    def _sorted(self, architecture: Architecture) -> tuple[int, ...]:
        code = self.checked(architecture)
        return (*code[:-2], *sorted(code[-2:]))

    def _count(self) -> None:
        self._calls += 1
        if self._calls > MAX_CALLS:
            raise Endless(f"{MAX_CALLS:,} calls of sample and mutate gave no suggestion")


class MinimalSpace:
    """A space with the three required hooks and nothing else."""

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns a code of one to three integers."""
        return Architecture("bare", tuple(rng.integers(-5, 6, size=int(rng.integers(1, 4))).tolist()))

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns the code with its first integer changed."""
        return Architecture("bare", (architecture.code[0] + int(rng.integers(1, 4)), *architecture.code[1:]))

    @hookimpl
    def evaluate(self, architecture: Architecture) -> Evaluation:
        """Returns an accuracy that falls with the distance from zero."""
        return Evaluation(100 / (1 + abs(sum(architecture.code))), cost=1.0)


class WrongLayer(Exception):
    """An error that pickle writes and cannot read: its class takes two arguments, and it keeps one."""

    def __init__(self, layer: int, operation: int) -> None:
        super().__init__(f"layer {layer} has no operation {operation}")


class PlainSpace(MinimalSpace):
    """A space of a plain class: an instance says how accurate its networks are, and whether some evaluations fail."""

    def __init__(self, accuracy: float = 10.0, fails: bool = False) -> None:
        self.accuracy, self.fails = accuracy, fails

    @hookimpl
    def evaluate(self, architecture: Architecture) -> Evaluation:
        """Returns the accuracy of the instance. Raises `WrongLayer` for odd codes where it fails."""
        if self.fails and architecture.code[0] % 2:
            raise WrongLayer(0, architecture.code[0])
        return Evaluation(self.accuracy, cost=1.0)


class RandomSearch:
    """Suggests independent samples. Other strategies must beat it."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns `count` samples."""
        return [run.hook.sample(rng=run.rng) for _ in range(count)]


class HillClimber(RandomSearch):
    """Suggests mutants of the incumbent, so that every suggestion depends on all results so far."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns mutants of the best architecture, or samples while there is none."""
        complete = [trial for trial in run.trials if trial.state == "complete"]
        if not complete:
            return RandomSearch.suggest(self, run, count)
        incumbent = max(complete, key=run.score)
        return [run.hook.mutate(architecture=incumbent.architecture, rng=run.rng) for _ in range(count)]
