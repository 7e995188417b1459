"""What learns scores from graphs: stacked networks, a Gaussian process on their structure, or both averaged."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import attrs
import torch
from torch import Tensor

from nasplug_strategies.predictor.gaussian_process.posterior import GaussianProcess
from nasplug_strategies.predictor.gaussian_process.scaling import Scaler
from nasplug_strategies.predictor.graphs.dense_graphs import Chunk, Graphs, chunks_of
from nasplug_strategies.predictor.graphs.structural_features import Blocks, structure_of
from nasplug_strategies.predictor.model import Model
from nasplug_strategies.predictor.network import Shape
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
        features: Tensor | None,
        y: Tensor,
        noise: Tensor,
        loss: str,
        lr: float,
        seed: int,
        device: torch.device,
    ) -> Self:
        """Returns a learner of labels `y` `[n]` (standardised, or 0 and 1) of graphs with `features` `[n, s]`.

        `noise` float64 `[n]` is the variance of each label's noise relative to that of the others; `loss` and `lr` are
        those of the networks.
        """
        blocks = scalars_of(settings, graphs, features, graphs.x.shape[1])
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

    def score(self, graphs: Graphs, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """Returns the mean of the score and the variance of what is not known about it, float64 `[n]` each.

        Chunks are scored side by side, each on one thread, so that no thread waits for another inside an operation.
        They write into memory that was allocated before: memory that a thread allocates in between would keep it from
        returning larger blocks.
        """

        def score_chunk(chunk: Chunk) -> None:
            rows, some = chunk
            mean[rows], variance[rows] = self._score(some, None if features is None else features[rows])

        group_similar = self.model is not None and self.model.network.shares_similar_graphs
        chunks = chunks_of(graphs, group_similar)
        with own_settings(threads=1) as threads, ThreadPoolExecutor(min(threads, len(chunks))) as pool:
            mean, variance = torch.empty(2, len(graphs), dtype=torch.float64)
            list(pool.map(score_chunk, chunks))  # raises what a chunk raised
        return mean, variance

    def _score(self, graphs: Graphs, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """Returns mean and variance of the mixture of process and networks, with their weights."""
        scalars = self.scaler(scalars_of(self.settings, graphs, features, self.shape.nodes)) if self.scaler else None
        zero = torch.zeros(len(graphs), dtype=torch.float64)
        parts: list[tuple[float, Tensor, Tensor]] = []  # weight, mean and variance of each
        if self.process is not None and scalars is not None:
            parts.append((self.settings.process, *self.process.predict(scalars)))
        if self.model is not None:
            members = self.model.score(graphs, scalars).double()
            variance = members.var(0, correction=0) if len(members) > 1 else zero
            parts.append((1.0 - sum(weight for weight, *_ in parts), members.mean(0), variance))
        mean = sum((weight * m for weight, m, _ in parts), zero)
        spread = sum((weight * (m - mean).square() for weight, m, _ in parts), zero)
        return mean, sum((weight * v for weight, _, v in parts), spread)

    @property
    def noise(self) -> float:
        """The variance of labels around their scores where the `noise` of a fit was 1; 0 without a process."""
        return self.settings.process * self.process.noise if self.process else 0.0

    def state(self) -> dict[str, Tensor]:
        """Returns all tensors, by `part.name`, as `restore` takes them."""
        parts: dict[str, Any] = {"model": self.model.state() if self.model else {}}
        for name, part in {"process": self.process, "scaler": self.scaler}.items():
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
        learner._check_complete()
        return learner

    def _check_complete(self) -> None:
        """Raises `ValueError` where a part that a fit leaves is missing, or has another width than the learner."""
        width, share = self.shape.scalars, self.settings.process
        scaled = int(self.scaler.kept.sum()) if self.scaler else 0
        points = self.process.points.shape[1] if self.process else 0
        wanted = width if share else 0
        if (scaled, points) != (width, wanted):
            raise ValueError(
                f"wanted {width} scaled scalars and a process on {wanted}, there are {scaled} and a process on {points}"
            )
        if self.model is None and (share < 1 or self.process is None):
            raise ValueError("the tensors of its networks are missing")


def scalars_of(settings: Settings, graphs: Graphs, features: Tensor | None, steps: int) -> Blocks:
    """Returns the blocks of scalars that a learner reads: the graphs' structure, and the user's features."""
    blocks = structure_of(graphs, steps) if settings.structure or settings.process else {}
    return blocks if features is None else blocks | {"given": features}
