"""One trained set of stacked networks: scores of graphs, before they are turned into percent."""

from collections.abc import Iterator
from typing import Any, Self

import attrs
import torch
from torch import Tensor, nn

from nasplug_strategies.predictor.fit import Recipe, fit
from nasplug_strategies.predictor.gcn import GCN
from nasplug_strategies.predictor.graphs import Graphs
from nasplug_strategies.predictor.settings import Settings

CHUNK = 4096  # graphs scored at a time: large enough for the GEMMs, small enough for the caches


@attrs.define(eq=False)
class Model:
    """`settings.members` networks of one kind, fitted together."""

    settings: Settings
    network: nn.Module
    size: int  # D
    device: torch.device

    def state(self) -> dict[str, Tensor]:
        """Returns the tensors that `restore` needs."""
        return dict(self.network.state_dict())

    @classmethod
    def restore(
        cls, settings: Settings, nodes: int, width: int, size: int, state: dict[str, Tensor], device: torch.device
    ) -> Self:
        """Returns the model with these tensors. Raises `RuntimeError` where they are of another shape."""
        network = make_network(settings, nodes, width, size, torch.Generator())
        network.load_state_dict(state)
        return cls(settings, network.to(device), size, device)

    def score(self, graphs: Graphs) -> Tensor:
        """Returns float32 `[m, n]`: every member's raw output, on the CPU."""
        with torch.inference_mode():
            return torch.cat([self._score(part.to(self.device)).cpu() for part in _chunks(graphs)], 1)

    def _score(self, graphs: Graphs) -> Tensor:
        inputs = self.network.inputs(graphs, self.settings.normalisation)  # type: ignore[operator]
        members = (self.settings.members, *[-1] * 4)
        rows = [t[None].expand(*members[: t.ndim + 1]) for t in inputs]
        return self.network(rows, [])  # type: ignore[no-any-return]


def make_network(settings: Settings, nodes: int, features: int, size: int, generator: torch.Generator) -> nn.Module:
    """Returns fresh networks for graphs of `nodes` nodes with `features` features a node."""
    return GCN(features, settings.layers, size, settings.hidden, settings.members, generator)


def train(graphs: Graphs, y: Tensor, settings: Settings, loss: str, lr: float, seed: int, device: Any) -> Model:
    """Returns a model fitted to `y` `[n]`, which the caller has standardised."""
    generator = torch.Generator().manual_seed(seed)
    n, nodes, features = graphs.x.shape
    device = torch.device(device)
    size = settings.representation_size(n)
    network = make_network(settings, nodes, features, size, generator).to(device)
    recipe = Recipe(settings.epochs, settings.minibatch, lr, settings.weight_decay, settings.dropout, loss)
    inputs = network.inputs(graphs.to(device), settings.normalisation)  # type: ignore[operator]
    targets = y.float().to(device).expand(settings.members, n).contiguous()
    fit(network, inputs, targets, recipe, settings.hidden, generator)
    return Model(settings, network, size, device)


def _chunks(graphs: Graphs) -> Iterator[Graphs]:
    for start in range(0, len(graphs), CHUNK):
        yield graphs[start : start + CHUNK]
