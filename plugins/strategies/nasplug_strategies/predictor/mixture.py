"""The learner of a stage: an ensemble of networks, a Gaussian process on the features of graphs, or both averaged."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Self

import attrs
import torch
from torch import Tensor

from nasplug_strategies.predictor.gaussian_process.posterior import GaussianProcess
from nasplug_strategies.predictor.gaussian_process.scaling import Scaler
from nasplug_strategies.predictor.graphs.dense_graphs import Chunk, Graphs, chunks_of
from nasplug_strategies.predictor.graphs.structural_features import Blocks, cached_structure
from nasplug_strategies.predictor.network import Shape
from nasplug_strategies.predictor.network_ensemble import NetworkEnsemble
from nasplug_strategies.predictor.settings import Settings
from nasplug_strategies.predictor.torch_settings import torch_held_at


@attrs.define(eq=False)
class Mixture:
    """A Gaussian process and an ensemble of networks, averaged; a part that the settings leave out is None.

    Scores have the scale of the labels of the fit. `features` `[n, …]` are what the user gives beside the graphs;
    `scalars` are these and the structural features, scaled, without columns that do not vary.
    """

    settings: Settings
    shape: Shape
    ensemble: NetworkEnsemble | None = None
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
        """Returns a mixture that is fitted to the labels of `n` graphs.

        Args:
            features: `[n, s]`, the user's features, or None.
            y: `[n]`, the labels, standardised or 0 and 1.
            noise: float64 `[n]`, the variance of each label's noise relative to the mean of all.
            loss, lr: loss and learning rate of the networks, in place of those of the settings.
        """
        blocks = feature_blocks(settings, graphs, features, graphs.x.shape[1])
        scaler = Scaler.fit(blocks) if blocks else None
        scalars = scaler(blocks) if scaler else None
        width = 0 if scalars is None else scalars.shape[1]
        shape = Shape(graphs.x.shape[1], graphs.x.shape[2], width, settings.representation_size(len(y)))
        mixture = cls(settings, shape, scaler=scaler)
        if scaler and scalars is not None and settings.gaussian_process_weight and width:
            mixture.process = GaussianProcess.fit(scalars, scaler.blocks, y, noise)
        if settings.gaussian_process_weight < 1 or mixture.process is None:
            generator = torch.Generator().manual_seed(seed)
            mixture.ensemble = NetworkEnsemble.fresh(settings, shape, seed, device, generator)
            mixture.ensemble.train(graphs, scalars, y, loss, lr, generator)
        return mixture

    def score(self, graphs: Graphs, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """Returns the mean of the score and the variance of what is not known about it, float64 `[n]` each.

        Chunks are scored side by side, each on one thread, so that no thread waits for another inside an operation.
        Results are written to preallocated memory: small allocations by threads would stop the allocator from freeing
        large blocks.
        """

        def score_chunk(chunk: Chunk) -> None:
            rows, members = chunk
            mean[rows], variance[rows] = self._score(members, None if features is None else features[rows])

        group_similar = self.ensemble is not None and self.ensemble.network.shares_similar_graphs
        chunks = chunks_of(graphs, group_similar)
        with torch_held_at(threads=1) as threads, ThreadPoolExecutor(min(threads, len(chunks))) as pool:
            mean, variance = torch.empty(2, len(graphs), dtype=torch.float64)
            list(pool.map(score_chunk, chunks))  # raises what a chunk raised
        return mean, variance

    def _score(self, graphs: Graphs, features: Tensor | None) -> tuple[Tensor, Tensor]:
        """Returns mean and variance of the mixture of process and networks, with their weights."""
        blocks = feature_blocks(self.settings, graphs, features, self.shape.nodes)
        scalars = self.scaler(blocks) if self.scaler else None
        zero = torch.zeros(len(graphs), dtype=torch.float64)
        parts: list[tuple[float, Tensor, Tensor]] = []  # weight, mean and variance of each
        if self.process is not None and scalars is not None:
            parts.append((self.settings.gaussian_process_weight, *self.process.predict(scalars)))
        if self.ensemble is not None:
            members = self.ensemble.score(graphs, scalars).double()
            variance = members.var(0, correction=0) if len(members) > 1 else zero
            parts.append((1.0 - sum(weight for weight, *_ in parts), members.mean(0), variance))
        mean = sum((weight * m for weight, m, _ in parts), zero)
        spread = sum((weight * (m - mean).square() for weight, m, _ in parts), zero)
        return mean, sum((weight * v for weight, _, v in parts), spread)

    @property
    def noise(self) -> float:
        """The variance of labels around their scores where the `noise` of a fit was 1; 0 without a process."""
        return self.settings.gaussian_process_weight * self.process.noise if self.process else 0.0

    def state(self) -> dict[str, Tensor]:
        """Returns all tensors, by `part.name`, as `restore` takes them."""
        parts: dict[str, Any] = {"model": self.ensemble.state() if self.ensemble else {}}
        for name, part in {"process": self.process, "scaler": self.scaler}.items():
            parts[name] = attrs.asdict(part, recurse=False) if part else {}
        return {f"{part}.{name}": tensor for part, tensors in parts.items() for name, tensor in tensors.items()}

    @classmethod
    def restore(
        cls, settings: Settings, shape: Shape, seed: int, device: torch.device, state: dict[str, Tensor]
    ) -> Self:
        """Returns the mixture of this `state`. Raises `RuntimeError`, `ValueError`, `TypeError` or `KeyError`."""
        parts: dict[str, dict[str, Tensor]] = {"model": {}, "process": {}, "scaler": {}}
        for key, tensor in state.items():
            part, _, name = key.partition(".")
            parts[part][name] = tensor
        mixture = cls(settings, shape)
        if parts["model"]:
            mixture.ensemble = NetworkEnsemble.fresh(settings, shape, seed, device, torch.Generator())
            mixture.ensemble.restore(parts["model"])
        mixture.process = GaussianProcess(**parts["process"]) if parts["process"] else None
        mixture.scaler = Scaler(**parts["scaler"]) if parts["scaler"] else None
        mixture._check_complete()
        return mixture

    def _check_complete(self) -> None:
        """Raises `ValueError` where a part that a fit leaves is missing, or has another width than the mixture."""
        width, weight = self.shape.scalars, self.settings.gaussian_process_weight
        scaled = int(self.scaler.kept.sum()) if self.scaler else 0
        points = self.process.points.shape[1] if self.process else 0
        expected = width if weight else 0
        if (scaled, points) != (width, expected):
            raise ValueError(f"wanted {width} scaled scalars, {expected} of a process, got {scaled} and {points}")
        if self.ensemble is None and (weight < 1 or self.process is None):
            raise ValueError("the tensors of its networks are missing")


def feature_blocks(settings: Settings, graphs: Graphs, features: Tensor | None, steps: int) -> Blocks:
    """Returns the blocks of features that a mixture reads: those of the graphs' structure, and the user's."""
    blocks = cached_structure(graphs, steps) if settings.structure or settings.gaussian_process_weight else {}
    return blocks if features is None else blocks | {"user": features}
