"""An ensemble of stacked networks: it scores graphs, in the scale of the labels that it was fitted to."""

import copy
from collections.abc import Iterator
from typing import Self

import attrs
import torch
from torch import Generator, Tensor

from nasplug_strategies.predictor.fitting.fit import FitSettings, fit
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.network import Network, Shape, network_class
from nasplug_strategies.predictor.settings import Settings

MEMBERS_AT_ONCE = 4  # with more, the tensors of a training step no longer fit into the caches


@attrs.define(eq=False)
class NetworkEnsemble:
    """`settings.members` networks of one kind, fitted together; `scale` and `shift` `[m, 1]` act on their outputs."""

    settings: Settings
    seed: int
    network: Network
    scale: Tensor
    shift: Tensor

    @classmethod
    def fresh(cls, settings: Settings, shape: Shape, seed: int, device: torch.device, generator: Generator) -> Self:
        """Returns untrained networks on `device`, initialised with `generator`."""
        network = network_class(settings.kind)(settings, shape, generator).to(device)
        return cls(settings, seed, network, torch.ones(settings.members, 1), torch.zeros(settings.members, 1))

    def state(self) -> dict[str, Tensor]:
        """Returns the tensors that `restore` takes."""
        return {**self.network.state_dict(), "output_scale": self.scale, "output_shift": self.shift}

    def restore(self, state: dict[str, Tensor]) -> None:
        """Sets the tensors of `state`. Raises `RuntimeError`, `ValueError` or `KeyError` if they do not fit."""
        scale, shift = state.pop("output_scale"), state.pop("output_shift")
        if not scale.shape == shift.shape == self.scale.shape:
            raise ValueError(f"wanted output_scale and output_shift of {len(self.scale)} members")
        self.scale, self.shift = scale, shift
        self.network.load_state_dict(state)

    def score(self, graphs: Graphs, scalars: Tensor | None) -> Tensor:
        """Returns float32 `[m, n]`, on the CPU: every member's output for `graphs` with their `scalars` `[n, s]`."""
        with torch.inference_mode():
            return self.network.score(graphs, scalars, self.seed).cpu() * self.scale + self.shift

    def train(
        self, graphs: Graphs, scalars: Tensor | None, y: Tensor, loss: str, lr: float, generator: Generator
    ) -> None:
        """Fits the networks to labels `y` `[n]`; `lr` and `loss` stand in for those of the settings."""
        chosen, device = self.settings, self.network.device
        settings = FitSettings(chosen.epochs, chosen.minibatch, lr, chosen.weight_decay, chosen.dropout, loss)
        moved, moved_scalars = graphs.to(device), None if scalars is None else scalars.to(device)
        for group in member_groups(self.network, MEMBERS_AT_ONCE):
            labels = y.float().to(device).repeat(group.members, 1)
            fit(group, moved, moved_scalars, labels, settings, generator)
        if loss == "pairwise":
            self._standardise(self.score(graphs, scalars), y)

    def _standardise(self, score: Tensor, y: Tensor) -> None:
        """Gives the outputs of a ranking loss, which have no scale of their own, the mean and deviation of `y`."""
        spread = score.std(1, keepdim=True, correction=0)
        ordered = spread > 1e-5 * score.abs().amax(1, keepdim=True)  # else equal graphs that differ by rounding alone
        self.scale = torch.where(ordered, y.float().std(correction=0) / spread, 0.0)
        self.shift = y.float().mean() - score.mean(1, keepdim=True) * self.scale


def member_groups(network: Network, count: int) -> Iterator[Network]:
    """Yields networks of at most `count` members of `network` each; afterwards copies what each has learned back."""
    whole = [p.data for p in network.parameters()]  # […, m, in, out]
    for first in range(0, network.members, count):
        group, places = copy.deepcopy(network), [p[..., first : first + count, :, :] for p in whole]
        for p, place in zip(group.parameters(), places, strict=True):
            p.data = place.contiguous()
        yield group
        for p, place in zip(group.parameters(), places, strict=True):
            place.copy_(p.data)
