"""What learns an accuracy from graphs: stacked networks, a Gaussian process on their structure, or both averaged."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import attrs
import torch
from torch import Tensor

from nasplug_strategies.predictor.gaussian_process.posterior import GaussianProcess
from nasplug_strategies.predictor.gaussian_process.scaling import Scaler
from nasplug_strategies.predictor.graphs.chunks import Part, parts_of
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs
from nasplug_strategies.predictor.graphs.structural_features import Blocks, structure_of
from nasplug_strategies.predictor.model import Model, Shape
from nasplug_strategies.predictor.settings import Settings
from nasplug_strategies.predictor.torch_settings import own_settings


@attrs.define(eq=False)
class Learner:
    """A fitted learner; absent parts are None. Scores have the scale of the labels it was fitted to."""

    settings: Settings
    shape: Shape
    model: Model | None = None
    process: GaussianProcess | None = None
    scaler: Scaler | None = None

    @classmethod
    def fit(
        cls,
        settings: Settings,
        graphs: Graphs,
        given: Tensor | None,
        y: Tensor,
        noise: Tensor,
        loss: str,
        lr: float,
        seed: int,
        device: torch.device,
    ) -> Self:
        """Returns a learner of `y` `[n]` (standardised, or 0 and 1) from graphs and `given` scalars `[n, s]`.

        `noise` `[n]` tells how the variance of the noise of each of `y` compares with that of the others.
        """
        blocks = scalars_of(settings, graphs, given, graphs.x.shape[1])
        scaler = Scaler.fit(blocks) if blocks else None
        scalars = scaler(blocks) if scaler else None
        width = 0 if scalars is None else scalars.shape[1]
        shape = Shape(graphs.x.shape[1], graphs.x.shape[2], width, settings.representation_size(len(y)))
        learner = cls(settings, shape, scaler=scaler)
        if scaler and scalars is not None and settings.process and width:
            learner.process = GaussianProcess.fit(scalars, scaler.blocks, y, noise)
        if settings.process < 1 or learner.process is None:
            generator = torch.Generator().manual_seed(seed)
            learner.model = Model.fresh(settings, shape, seed, device, generator)
            learner.model.train(graphs, scalars, y, loss, lr, generator)
        return learner

    def score(self, graphs: Graphs, given: Tensor | None) -> tuple[Tensor, Tensor]:
        """Returns the mean of the score and the variance of what is not known about it, float64 `[n]` each.

        Parts are scored side by side, each on one thread: no thread waits for another inside an operation. They write
        into memory made before, since a score that each keeps would stop its thread from giving larger memory back.
        """

        def one(part: Part) -> None:
            rows = part.rows
            mean[rows], variance[rows] = self._score(part.graphs, None if given is None else given[rows])

        parts = parts_of(graphs, alike=self.model is not None and self.model.repeats_states)
        with own_settings(threads=1) as found, ThreadPoolExecutor(min(found, len(parts))) as pool:
            mean, variance = torch.empty(2, len(graphs), dtype=torch.float64)
            list(pool.map(one, parts))  # raises what a part raised
        return mean, variance

    def _score(self, graphs: Graphs, given: Tensor | None) -> tuple[Tensor, Tensor]:
        scalars = self.scaler(scalars_of(self.settings, graphs, given, self.shape.nodes)) if self.scaler else None
        zero = torch.zeros(len(graphs), dtype=torch.float64)
        parts, weights = [], []
        if self.process is not None and scalars is not None:
            parts.append(self.process.predict(scalars))
            weights.append(self.settings.process)
        if self.model is not None:
            members = self.model.score(graphs, scalars).double()
            parts.append((members.mean(0), members.var(0, correction=0) if len(members) > 1 else zero))
            weights.append(1.0 - sum(weights))
        mean = sum((w * m for w, (m, _) in zip(weights, parts, strict=True)), zero)
        spread = sum((w * (m - mean).square() for w, (m, _) in zip(weights, parts, strict=True)), zero)
        return mean, sum((w * v for w, (_, v) in zip(weights, parts, strict=True)), spread)

    @property
    def noise(self) -> float:
        """The variance of labels around their scores where `noise` was 1; 0 where nothing tells it."""
        return self.settings.process * self.process.noise if self.process else 0.0

    def state(self) -> dict[str, Tensor]:
        """Returns all tensors, by `part.name`."""
        parts = {"model": self.model.state() if self.model else {}}
        for name in ("process", "scaler"):
            part = getattr(self, name)
            parts[name] = attrs.asdict(part, recurse=False) if part else {}
        return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}

    @classmethod
    def restore(
        cls, settings: Settings, shape: Shape, seed: int, device: torch.device, state: dict[str, Tensor]
    ) -> Self:
        """Returns the learner of these tensors.

        Raises `RuntimeError`, `ValueError`, `TypeError` or `KeyError` where they do not fit, or are not all there.
        """
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "process": {}, "scaler": {}}
        for key, tensor in state.items():
            part, _, name = key.partition(".")
            parts[part][name] = tensor
        learner = cls(settings, shape)
        if parts["model"]:
            learner.model = Model.fresh(settings, shape, seed, device, torch.Generator())
            learner.model.restore(parts["model"])
        learner.process = GaussianProcess(**parts["process"]) if parts["process"] else None
        learner.scaler = Scaler(**parts["scaler"]) if parts["scaler"] else None
        learner._check()
        return learner

    def _check(self) -> None:
        """Raises `ValueError` where a part that a fit leaves is missing, or has another width than the learner."""
        width, share = self.shape.scalars, self.settings.process
        kept = int(self.scaler.kept.sum()) if self.scaler else 0
        points = self.process.points.shape[1] if self.process else 0
        wanted = width if share else 0
        if (kept, points) != (width, wanted):
            raise ValueError(
                f"wanted {width} scaled scalars and a process on {wanted}, there are {kept} and a process on {points}"
            )
        if self.model is None and (share < 1 or self.process is None):
            raise ValueError("the tensors of its networks are missing")


def scalars_of(settings: Settings, graphs: Graphs, given: Tensor | None, steps: int) -> Blocks:
    """Returns the blocks of scalars that a learner sees of `graphs`: their structure, and what the user gave."""
    blocks = structure_of(graphs, steps) if settings.structure or settings.process else {}
    return blocks if given is None else blocks | {"given": given}
