"""One trained set of stacked networks: scores of graphs, before they are turned into percent."""

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Self

import attrs
import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.errors import PredictorError
from nasplug_strategies.predictor.fitting.fit import Recipe, fit
from nasplug_strategies.predictor.fitting.recorded_step import Pass
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, Orders, permuted, seeded_orders
from nasplug_strategies.predictor.graphs.distinct_states import states_of
from nasplug_strategies.predictor.networks.cnn import CNN
from nasplug_strategies.predictor.networks.cnn_gradients import CNNPass
from nasplug_strategies.predictor.networks.gcn import GCN
from nasplug_strategies.predictor.networks.gcn_gradients import GCNPass
from nasplug_strategies.predictor.networks.mlp import MLP, MLPPass
from nasplug_strategies.predictor.settings import Settings

AT_ONCE = 4  # members of a fit: of more, what a step reads and writes falls out of the caches


@attrs.frozen
class Shape:
    """The sizes that the tensors of a network follow from: nodes, features a node, scalars a graph, D."""

    nodes: int
    features: int
    scalars: int
    size: int


@attrs.define(eq=False)
class Model:
    """`settings.members` networks of one kind, fitted together; `scale` and `shift` `[m, 1]` act on their outputs."""

    settings: Settings
    shape: Shape
    seed: int
    device: torch.device
    network: nn.Module
    scale: Tensor
    shift: Tensor

    @classmethod
    def fresh(
        cls, settings: Settings, shape: Shape, seed: int, device: torch.device, generator: torch.Generator
    ) -> Self:
        """Returns untrained networks, initialised with `generator`."""
        m = settings.members
        network = _network(settings, shape, generator).to(device)
        return cls(settings, shape, seed, device, network, torch.ones(m, 1), torch.zeros(m, 1))

    def state(self) -> dict[str, Tensor]:
        """Returns the tensors that `restore` takes."""
        return {**self.network.state_dict(), "output_scale": self.scale, "output_shift": self.shift}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Takes over the tensors of `state`. Raises `RuntimeError`, `ValueError` or `KeyError` if they do not fit."""
        scale, shift = state.pop("output_scale"), state.pop("output_shift")
        if not scale.shape == shift.shape == self.scale.shape:
            raise ValueError(f"wanted output_scale and output_shift of {len(self.scale)} members")
        self.scale, self.shift = scale, shift
        self.network.load_state_dict(state)

    @property
    def repeats_states(self) -> bool:
        """Whether graphs that are alike take less when they are scored together."""
        return isinstance(self.network, GCN)

    def score(self, graphs: Graphs, scalars: Tensor | None) -> Tensor:
        """Returns float32 `[m, n]`, on the CPU: every member's output for `graphs` with their `scalars` `[n, s]`.

        The MLP and the CNN see permuted nodes.
        """
        with torch.inference_mode():
            return self._outputs(graphs, scalars).cpu() * self.scale + self.shift

    def _outputs(self, graphs: Graphs, scalars: Tensor | None) -> Tensor:
        if isinstance(self.network, GCN):
            states = states_of(graphs, self.settings.normalisation, self.settings.layers).to(self.device)
            return self.network(states, None if scalars is None else scalars.to(self.device))  # type: ignore[no-any-return]
        n, v = graphs.x.shape[:2]
        table = self._permuted(graphs.to(self.device), seeded_orders(n, v, self.seed))
        return self.network([table.expand(self.settings.members, *table.shape)], [])  # type: ignore[no-any-return]

    def _gcn_inputs(self, graphs: Graphs, scalars: Tensor | None) -> Sequence[Tensor]:
        own = GCN.inputs(graphs, self.settings.normalisation)
        return own if scalars is None else (*own, scalars.to(self.device))

    def _drawn(self, graphs: Graphs, generator: torch.Generator) -> Tensor:
        n, v = graphs.x.shape[:2]
        return self._permuted(graphs, Orders.draw(n, v, generator))

    def _permuted(self, graphs: Graphs, orders: Orders) -> Tensor:
        if graphs.x.shape[1] != self.shape.nodes:
            raise PredictorError(f"wanted graphs of at most {self.shape.nodes} nodes, got {graphs.x.shape[1]}")
        return permuted(graphs, self.network.table, orders)  # type: ignore[arg-type]

    def train(
        self, graphs: Graphs, scalars: Tensor | None, y: Tensor, loss: str, lr: float, g: torch.Generator
    ) -> None:
        """Fits the networks to `y` `[n]`, which the caller has standardised."""
        chosen = self.settings
        recipe = Recipe(chosen.epochs, chosen.minibatch, lr, chosen.weight_decay, chosen.dropout, loss)
        dropped = [bias.shape[2] for bias in list(self.network.bias)[:-1]]  # type: ignore[arg-type]
        for part in some_members(self.network, AT_ONCE):
            targets = y.float().to(self.device).repeat(len(part.bias[0]), 1)  # type: ignore[index]
            make_pass, each_epoch = self._training(part, graphs.to(self.device), scalars, g)
            fit(part, make_pass, targets, recipe, dropped, g, each_epoch)
        if loss == "pairwise":
            self._standardise(self.score(graphs, scalars), y)

    def _training(
        self, part: nn.Module, graphs: Graphs, scalars: Tensor | None, g: torch.Generator
    ) -> tuple[Callable[[Sequence[Tensor], int], Pass], Callable[[], object]]:
        """Returns what makes the passes of a fit of some members, and what is done before every epoch of it."""
        if isinstance(part, GCN):
            return partial(GCNPass, part, self._gcn_inputs(graphs, scalars)), lambda: None
        rows = self._drawn(graphs, g)
        made = MLPPass if isinstance(part, MLP) else CNNPass
        return partial(made, part, [rows]), lambda: rows.copy_(self._drawn(graphs, g))  # type: ignore[arg-type]

    def _standardise(self, score: Tensor, y: Tensor) -> None:
        """Gives the outputs of a ranking loss, which have no scale of their own, that of `y`."""
        spread = score.std(1, keepdim=True, correction=0)
        ordered = spread > 1e-5 * score.abs().amax(1, keepdim=True)  # else equal graphs, told apart by rounding alone
        self.scale = torch.where(ordered, y.float().std(correction=0) / spread, 0.0)
        self.shift = y.float().mean() - score.mean(1, keepdim=True) * self.scale


def some_members(network: nn.Module, count: int) -> Iterator[nn.Module]:
    """Yields networks of `count` members of the stacked `network` at a time, and takes over what each has learned."""
    whole = [p.data for p in network.parameters()]  # [..., m, in, out]
    for first in range(0, whole[0].shape[-3], count):
        part, places = copy.deepcopy(network), [p[..., first : first + count, :, :] for p in whole]
        for p, place in zip(part.parameters(), places, strict=True):
            p.data = place.contiguous()
        yield part
        for p, place in zip(part.parameters(), places, strict=True):
            place.copy_(p.data)


def _network(settings: Settings, shape: Shape, g: torch.Generator) -> nn.Module:
    sizes = (settings.layers, shape.size, settings.hidden, settings.members, g)
    if settings.kind == "mlp":
        return MLP(shape.nodes, shape.features, *sizes)
    if settings.kind == "cnn":
        return CNN(shape.nodes, shape.features, *sizes)
    return GCN(shape.features, *sizes, shape.scalars)
