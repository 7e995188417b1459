"""NASBench-101 (Ying et al., ICML 2019, arXiv 1902.09635) as a search space of nasplug."""

import logging
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import chain, repeat
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import attrs
import numpy as np

from nasplug import Architecture, Evaluation, InvalidArchitecture, Purpose, Run, hookimpl, option
from nasplug.plugin import Space
from nasplug_nasbench101 import sampling
from nasplug_nasbench101.cell import CODE_LENGTH, Cell
from nasplug_nasbench101.enumeration import all_codes
from nasplug_nasbench101.evaluators.base import Evaluator
from nasplug_nasbench101.evaluators.surrogate import SurrogateEvaluator
from nasplug_nasbench101.evaluators.table import TableEvaluator
from nasplug_nasbench101.evaluators.training import TrainingEvaluator
from nasplug_nasbench101.lookup import hash_of_code, row_of_code
from nasplug_nasbench101.table.folder import NoTable, find_table
from nasplug_nasbench101.table.table import Table

if TYPE_CHECKING:
    import click
    import tensorflow as tf
    from torch_geometric.data import Batch

log = logging.getLogger("nasplug")
NAME, HOST = "nasbench101", "host"
_probability = attrs.validators.and_(attrs.validators.gt(0.0), attrs.validators.lt(1.0))
_positive = attrs.validators.ge(1)
_count, _width = attrs.validators.optional(_positive), attrs.validators.optional(attrs.validators.ge(8))


@attrs.define(eq=False)
class NASBench101(Space):
    """The 423,624 cells of NASBench-101; a code is an unpruned 7×7 cell: 21 edge bits, 5 operations.
    Device: host (this machine's CPU, measured).

    Accuracies come from the official table where it was imported, else from an embedded surrogate that predicts
    them; on request from real training, of a scaled-down network on an embedded task or as in the dataset.
    """

    evaluator: Literal["auto", "table", "surrogate", "train"] = option(
        "auto", help="where accuracies come from; auto: the official table if it was imported, else the surrogate"
    )
    table: Path | None = option(
        None,
        help="folder of the imported table; default: the one that 'nasplug nasbench101 import' uses",
        identity=False,
    )
    record: Literal["random", "mean"] = option(
        "random", help="what a search sees: the accuracy of one training, drawn at random, or the mean of all trainings"
    )
    epochs: int | None = option(
        None, help="how long cells are trained; default: 108, but 2 with evaluator=train without data", validator=_count
    )
    edge_probability: float = option(
        1 / 14, "probability that a mutation flips an edge, for each pair of vertices", validator=_probability
    )
    op_probability: float = option(
        1 / 10, "probability that a mutation changes an operation, for each operation", validator=_probability
    )
    data: Path | None = option(None, help="for evaluator=train: folder of CIFAR-10; default: small embedded images")
    channels: int | None = option(
        None, "for evaluator=train: channels of the network's first layer; default: 16, with data 128", validator=_width
    )
    stacks: int = option(
        3, "for evaluator=train: stacks of cells; each has twice the channels of the one before", validator=_positive
    )
    modules: int | None = option(
        None, help="for evaluator=train: cells in each stack; default: 1, with data 3", validator=_count
    )
    _source: Evaluator | None = attrs.field(default=None, init=False)

    @hookimpl
    def register_commands(self, group: "click.Group") -> None:
        """Adds `nasplug nasbench101 import | info | query`."""
        from nasplug_nasbench101.commands import nasbench101

        group.add_command(nasbench101)

    @hookimpl
    def recommend(self, strategy: str) -> dict[str, Any] | None:
        """Returns the settings of arXiv 1912.00848 where accuracies are looked up, smaller ones for real training."""
        return self._evaluator().settings.get(strategy)

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Says where the run's accuracies come from."""
        log.warning("nasbench101: accuracies come from %s", self._evaluator().origin)  # from Python it is seen as well

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns a valid cell: edges with probability ½, uniform operations, drawn again until it is valid."""
        return Architecture(NAME, sampling.sample(rng).code)

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns a valid cell in which some edges are flipped and some operations are others."""
        parent = sampling.Spec.from_code(_valid_code(architecture))
        return Architecture(NAME, sampling.mutate(parent, rng, self.edge_probability, self.op_probability).code)

    @hookimpl
    def enumerate_space(self) -> Iterator[Architecture]:
        """Returns an iterator over the 423,624 cells that differ; those with few vertices come first."""
        codes = chain.from_iterable(struct.iter_unpack(f"{CODE_LENGTH}s", all_codes().tobytes()))
        return map(Architecture, repeat(NAME), codes)

    @hookimpl
    def canonical(self, architecture: Architecture) -> str:
        """Returns the dataset's module hash of the pruned cell."""
        return hash_of_code(_valid_code(architecture))

    @hookimpl
    def encode_graph(self, architectures: Sequence[Architecture]) -> "Batch":
        """Returns the pruned cells, their operations one-hot: [input, conv1×1, conv3×3, maxpool3×3, output]."""
        from nasplug_nasbench101.graph import encode, to_array

        return encode(to_array([architecture.code for architecture in architectures]))

    @hookimpl
    def measure(self, architecture: Architecture) -> dict[str, float]:
        """Returns the trainable parameters of the network whose accuracy `evaluate` tells: counted, not looked up."""
        return {"parameters": float(self._evaluator().parameters(_valid_code(architecture)))}

    @hookimpl
    def fidelities(self) -> tuple[Sequence[int], bool] | None:
        """Returns the epoch budgets that can be looked up, each a training of its own; None where cells are trained."""
        epochs = self._evaluator().epochs
        return None if epochs is None else (tuple(epochs), False)

    @hookimpl
    def devices(self) -> Sequence[str]:
        """Returns `host`: this machine's CPU."""
        return (HOST,)

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        """Returns the milliseconds in which the dataset's network classifies one image on this machine's CPU."""
        if device != HOST:
            return None
        from nasplug.training import configure, litert
        from nasplug_nasbench101.network import CellNetwork

        litert.interpreter()  # says what is missing before a network is built
        configure()
        return litert.host_latency(CellNetwork(Cell.from_code(_valid_code(architecture))), (1, 32, 32, 3))

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: Purpose, epochs: int | None, seed: int) -> Evaluation:
        """Returns what the option `evaluator` says; raises `ConfigurationError` where that has no data."""
        return self._evaluator().evaluate(_valid_code(architecture), purpose, epochs or self.epochs, seed)

    @hookimpl
    def describe(self, architecture: Architecture) -> str:
        """Returns the vertices, operations and edges of the pruned cell, in one line."""
        cell = Cell.from_code(_valid_code(architecture)).prune()
        edges = " ".join(f"{u}→{v}" for u, row in enumerate(cell.matrix) for v, edge in enumerate(row) if edge)
        ops = ", ".join(f"{v} {name}" for v, name in enumerate(cell.names))
        return f"{len(cell.matrix)} vertices ({ops}), {cell.edges} edges {edges}"

    @hookimpl
    def draw(self, architecture: Architecture) -> str:
        """Returns the cell as an SVG document; what pruning removes is faded."""
        from nasplug_nasbench101.drawing import draw

        return draw(Cell.from_code(_valid_code(architecture)), self.describe(architecture))

    @hookimpl
    def build_network(self, architecture: Architecture) -> "tf.Module":
        """Returns the network that `evaluator=train` trains: its size is that of this space's options."""
        from nasplug.training import configure

        configure()
        return self._training().network(Cell.from_code(_valid_code(architecture)), np.random.default_rng(0))

    def _training(self) -> TrainingEvaluator:
        return TrainingEvaluator(self.data, self.channels, self.stacks, self.modules)

    def _table(self) -> TableEvaluator | None:
        """Returns the table's evaluator; None where another one was chosen, or `auto` finds no table."""
        folder = find_table(self.table) if self.evaluator in ("auto", "table") else None
        if folder is None and self.evaluator == "table":
            raise NoTable(
                "evaluator=table: NASBench-101 was not imported yet. Download nasbench_only108.tfrecord from "
                "https://storage.googleapis.com/nasbench/ and run: nasplug nasbench101 import nasbench_only108.tfrecord"
            )
        return TableEvaluator(Table.open(folder), self.record) if folder else None

    def _evaluator(self) -> Evaluator:
        if self._source is None:
            surrogate: Callable[[], Evaluator] = partial(SurrogateEvaluator, self.record)
            others = {"train": self._training, "surrogate": surrogate, "auto": surrogate}
            self._source = self._table() or others[self.evaluator]()
        return self._source


def _valid_code(architecture: Architecture) -> tuple[int, ...]:
    """Returns the code of a valid architecture of this space; raises `InvalidArchitecture` for any other one."""
    if architecture.space != NAME:
        raise InvalidArchitecture(f"Expected an architecture of nasbench101, got one of {architecture.space!r}.")
    row_of_code(architecture.code)
    return architecture.code
