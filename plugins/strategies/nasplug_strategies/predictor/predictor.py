"""The Neural Predictor: from a graph to its accuracy in percent."""

from pathlib import Path
from typing import Any, Self

import attrs
import numpy as np
import torch

from nasplug_strategies.predictor.errors import PredictorError
from nasplug_strategies.predictor.files import read, write
from nasplug_strategies.predictor.graphs import Graphs, dense
from nasplug_strategies.predictor.model import Model, train
from nasplug_strategies.predictor.settings import Kind, Preset, Settings, settings
from nasplug_strategies.predictor.threads import threads

STATE = ("seed", "mean", "scale", "width", "nodes", "rejected")
Array = np.ndarray[Any, np.dtype[np.float64]]


class NeuralPredictor:
    """Predicts the accuracy of architectures from few trained ones (Wen et al., ECCV 2020, arXiv 1912.00848).

    `NeuralPredictor(preset="paper", kind="gcn", seed=0).fit(batch, accuracy).predict(batch)`:
    `batch` is a `torch_geometric.data.Batch` of `n` graphs, `accuracy` is `[n]` in percent, and
    so is the answer. Further keyword arguments are fields of `Settings` and override the preset.
    Equal arguments give equal bits on one machine: a fit runs on one thread, a prediction on all of torch's.

    Raises `PredictorError` for graphs, labels or features that do not fit, `ValueError` for a
    setting out of bounds.
    """

    def __init__(
        self, preset: Preset = "paper", kind: Kind | None = None, seed: int = 0, device: str = "cpu", **changes: Any
    ) -> None:
        self.settings: Settings = settings(preset, {"kind": kind, **changes})
        self.seed = seed
        self.device = device
        self.mean = 0.0  # of the labels, percent
        self.scale = 0.0  # their standard deviation, percent; 0: all are equal
        self.width = 0  # features a node; 0: not fitted
        self.nodes = 0
        self.regressor: Model | None = None
        self.classifier: Model | None = None
        self.rejected = (0.0, 0.0)  # percent between which the second stage places what the first rejects

    def fit(self, batch: Any, accuracy: Any, features: Any = None) -> Self:
        """Returns itself, trained on `n` graphs with `accuracy` `[n]` in percent, `features` `[n, s]` optional.

        Where all labels are equal (also for one sample) nothing is trained and that label is predicted.
        """
        graphs = dense(batch)
        y = _labels(accuracy, len(graphs))
        self.width, self.nodes = graphs.x.shape[2], graphs.x.shape[1]
        self.regressor = self.classifier = None
        with threads(1):
            kept = self._fit_classifier(graphs, y)
            self.mean, self.scale = float(y[kept].mean()), float(y[kept].std())
            if self.scale > 0:
                self.regressor = self._train(graphs[torch.from_numpy(kept)], (y[kept] - self.mean) / self.scale)
        return self

    def predict(self, batch: Any, features: Any = None) -> Array:
        """Returns the accuracy in percent, float64 `[n]`."""
        graphs = dense(batch)
        self._checked(graphs)
        percent = self._regression(graphs)
        if self.classifier is None:
            return percent
        chance = torch.sigmoid(self.classifier.score(graphs).double().mean(0)).numpy()
        low, high = self.rejected
        return np.where(chance > 0.5, percent, low + (high - low) * 2.0 * chance)

    def save(self, path: str | Path) -> None:
        """Writes the fitted predictor to `path`: one safetensors file with JSON in its header, no pickle."""
        self._checked(None)
        models = {name: model for name, model in self._models().items() if model}
        about = {name: getattr(self, name) for name in STATE}
        about |= {"settings": attrs.asdict(self.settings), "models": {name: m.size for name, m in models.items()}}
        write(path, about, {f"{name}.{key}": t for name, m in models.items() for key, t in m.state().items()})

    @classmethod
    def load(cls, path: str | Path, device: str = "cpu") -> Self:
        """Returns the predictor that `save` wrote. Raises `PredictorError` for any other or damaged file."""
        about, tensors = read(path)
        try:
            predictor = cls(device=device)
            predictor.settings = Settings(**about["settings"])
            for name in STATE:
                setattr(predictor, name, about[name])
            for name, size in about["models"].items():
                state = {key.removeprefix(f"{name}."): t for key, t in tensors.items() if key.startswith(f"{name}.")}
                setattr(predictor, name, predictor._restore(size, state))
        except (KeyError, TypeError, ValueError, RuntimeError) as error:
            raise PredictorError(f"{path} does not fit this predictor: {error}") from error
        return predictor

    def _restore(self, size: int, state: dict[str, torch.Tensor]) -> Model:
        return Model.restore(self.settings, self.nodes, self.width, size, state, torch.device(self.device))

    def _models(self) -> dict[str, Model | None]:
        return {"regressor": self.regressor, "classifier": self.classifier}

    def _fit_classifier(self, graphs: Graphs, y: Array) -> np.ndarray[Any, np.dtype[np.bool_]]:
        """Returns which samples the regressor learns from; trains the first stage if there is one to learn."""
        chosen = self.settings
        threshold = chosen.threshold if chosen.percentile is None else float(np.percentile(y, chosen.percentile))
        kept = y > threshold
        if chosen.stages == 1 or min(kept.sum(), (~kept).sum()) < 2:
            return np.ones(len(y), dtype=bool)
        self.classifier = self._train(graphs, kept.astype(float), "cross_entropy", chosen.classifier_lr)
        self.rejected = (float(y[~kept].mean()), threshold)
        return kept

    def _train(self, graphs: Graphs, y: Array, loss: str | None = None, lr: float | None = None) -> Model:
        chosen = self.settings
        target = torch.from_numpy(y)
        return train(graphs, target, chosen, loss or chosen.loss, lr or chosen.lr, self.seed, self.device)

    def _regression(self, graphs: Graphs) -> Array:
        if self.regressor is None:
            return np.full(len(graphs), self.mean)
        score: Array = self.regressor.score(graphs).double().mean(0).numpy()
        return self.mean + self.scale * score

    def _checked(self, graphs: Graphs | None) -> None:
        if not self.width:
            raise PredictorError("wanted a fitted predictor, this one is not: call fit first, or load a saved one")
        if graphs is not None and graphs.x.shape[2] != self.width:
            raise PredictorError(
                f"wanted graphs with {self.width} features a node, as in the fit, got {graphs.x.shape[2]}: "
                "encode them with the same space and options"
            )


def _labels(accuracy: Any, n: int) -> Array:
    """Returns `accuracy` as float64 `[n]`. Raises `PredictorError` where it is no list of `n` percentages."""
    y: Array = np.asarray(accuracy, dtype=np.float64)
    if y.shape != (n,):
        raise PredictorError(f"wanted one accuracy for each of the {n} graphs, got an array of shape {y.shape}")
    bad = np.flatnonzero(~((y >= 0) & (y <= 100)))  # NaN fails both
    if len(bad):
        raise PredictorError(
            f"wanted accuracies in percent, got {y[bad[0]]} at row {bad[0]} ({len(bad)} such): "
            "leave failed trials out of the fit"
        )
    return y
