"""What every kind of network offers to a predictor. The kinds themselves are in `networks/`."""

from abc import abstractmethod
from collections.abc import Sequence
from importlib import import_module
from typing import ClassVar, cast

import attrs
import torch
from torch import Tensor, nn

from nasplug_strategies.predictor import networks
from nasplug_strategies.predictor.fitting.training_step import AutogradStep, TrainingStep
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, NodeOrders, permuted, seeded_orders
from nasplug_strategies.predictor.settings import PredictorError


@attrs.frozen
class Shape:
    """The sizes that the shapes of a network's tensors follow from."""

    nodes: int  # of the largest graph
    features: int  # of a node
    scalars: int  # of a graph, read beside it
    size: int  # node representation size D


class Network(nn.Module):
    """`m` stacked networks of one kind, called members, with parameters of shape `[…, m, in, out]`.

    A kind is made as `kind(settings, shape, generator)`, where `generator` draws its initial weights. Its last layers
    are `fully_connected` ones with the parameters `dense` and `bias`.
    """

    reads_features: ClassVar[bool] = False  # whether it reads scalars of a graph
    shares_similar_graphs: ClassVar[bool] = False  # whether similar graphs take less time when scored together

    dense: nn.ParameterList
    bias: nn.ParameterList

    @abstractmethod
    def forward(self, inputs: Sequence[Tensor], dropout: Sequence[Tensor]) -> Tensor:
        """Returns scores `[m, b]` of `training_inputs` of `b` graphs, `[m, b, …]` each; `dropout` as in a step."""

    @abstractmethod
    def training_inputs(self, graphs: Graphs, scalars: Tensor | None, generator: torch.Generator) -> list[Tensor]:
        """Returns the tensors, one row a graph, that a fit to `graphs` with `scalars` `[n, s]` reads."""

    def start_epoch(self, inputs: Sequence[Tensor], graphs: Graphs, generator: torch.Generator) -> None:
        """Changes the values of `inputs` before an epoch of a fit, where a kind draws them anew."""

    def training_step(self, inputs: Sequence[Tensor], gradients: Sequence[Tensor], batch: int) -> TrainingStep:
        """Returns the training step of `batch` samples a member: by autograd, unless a kind has a faster one."""
        return AutogradStep(self, inputs, gradients, batch)

    @abstractmethod
    def score(self, graphs: Graphs, scalars: Tensor | None, seed: int) -> Tensor:
        """Returns scores `[m, n]` of graphs with `scalars` `[n, s]`, both on the CPU, for the predictor's `seed`."""

    @property
    def members(self) -> int:
        """The number of stacked networks."""
        return len(self.bias[0])

    @property
    def device(self) -> torch.device:
        """The torch device of the parameters."""
        return next(self.parameters()).device


class TableNetwork(Network):
    """A network that reads one row of numbers a graph, made of its nodes in a random order.

    A fit draws new orders for every epoch (the "online" augmentation of the paper's supplementary material), a
    prediction those of the predictor's seed.
    """

    def __init__(self, nodes: int) -> None:
        super().__init__()
        self.nodes = nodes

    @staticmethod
    @abstractmethod
    def table(x: Tensor, A: Tensor) -> Tensor:
        """Returns rows `[n, width]` of features `[n, v, f]` and adjacency matrices `[n, v, v]`."""

    def training_inputs(self, graphs: Graphs, scalars: Tensor | None, generator: torch.Generator) -> list[Tensor]:
        """Returns the table of `graphs` with their nodes in orders drawn from `generator`."""
        n, v = graphs.mask.shape
        return [permuted(graphs, self.table, NodeOrders.draw(n, v, generator))]

    def start_epoch(self, inputs: Sequence[Tensor], graphs: Graphs, generator: torch.Generator) -> None:
        """Overwrites the table with that of other orders."""
        inputs[0].copy_(self.training_inputs(graphs, None, generator)[0])

    def score(self, graphs: Graphs, scalars: Tensor | None, seed: int) -> Tensor:
        """See `Network.score`. Raises `PredictorError` for graphs with more nodes than the network has room for."""
        n, v = graphs.mask.shape
        if v != self.nodes:
            raise PredictorError(f"wanted graphs of at most {self.nodes} nodes, got {v}")
        table = permuted(graphs.to(self.device), self.table, seeded_orders(n, v, seed))
        return cast(Tensor, self([table.expand(self.members, *table.shape)], []))


def network_class(kind: str) -> type[Network]:
    """Returns the class of a kind, one of `networks.kinds()`. Raises `PredictorError` for a module that names none."""
    network = getattr(import_module(f"{networks.__name__}.{kind}"), "NETWORK", None)
    if isinstance(network, type) and issubclass(network, Network):
        return network
    raise PredictorError(f"{networks.__name__}.{kind} has no NETWORK: assign its subclass of Network to that name")
