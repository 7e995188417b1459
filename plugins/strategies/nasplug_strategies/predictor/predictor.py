"""The Neural Predictor: from a graph to its accuracy in percent."""

import operator
from pathlib import Path
from typing import Any, Self

import attrs
import numpy as np
import torch
from torch import Tensor

from nasplug.plugin import kendall_tau
from nasplug_strategies.predictor.calibration import Array, Calibration
from nasplug_strategies.predictor.folds import random_folds
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs, dense, padded
from nasplug_strategies.predictor.inputs import checked_accuracies, checked_draws, checked_features
from nasplug_strategies.predictor.mixture import Mixture
from nasplug_strategies.predictor.network import Shape, network_class
from nasplug_strategies.predictor.saving import read, write
from nasplug_strategies.predictor.settings import PredictorError, Preset, Settings, settings_of_preset
from nasplug_strategies.predictor.torch_settings import torch_device, torch_held_at

Bools = np.ndarray[Any, np.dtype[np.bool_]]


@attrs.define(eq=False)
class Fitted:
    """What a fit leaves behind."""

    nodes: int = attrs.field(converter=operator.index)  # of the largest graph
    width: int = attrs.field(converter=operator.index)  # features of a node
    feature_count: int = attrs.field(converter=operator.index, alias="given")  # features of a graph, by the user
    constant: float | None = None  # percent, where all labels are equal and nothing is trained
    rejected: tuple[float, float] = (0.0, 0.0)  # percent between which rejected architectures are placed
    calibration: Calibration | None = None
    regressor: Mixture | None = None  # the last stage
    classifier: Mixture | None = None  # the first of two stages

    def is_finite(self) -> bool:
        """Returns whether all learned numbers are finite."""
        states = [mixture.state().values() for mixture in (self.regressor, self.classifier) if mixture]
        return all(bool(torch.isfinite(tensor).all()) for tensors in states for tensor in tensors)

    def checked(self, shape: Shape) -> Shape:
        """Returns the shape of a stage. Raises `ValueError` where it is that of another fit."""
        if (shape.nodes, shape.features) != (self.nodes, self.width):
            raise ValueError(f"wanted stages for graphs of {self.nodes} nodes with {self.width} features, got {shape}")
        return shape

    def regression(self, graphs: Graphs, features: Tensor | None, draws: Array) -> tuple[Array, Array]:
        """Returns mean and standard deviation in percent, `[n]` or `[k, n]`, of the last stage."""
        if self.regressor is None or self.calibration is None:
            shape = np.broadcast_shapes((len(graphs),), np.shape(draws))
            return np.full(shape, self.constant), np.zeros(shape)
        score, variance = (t.numpy() for t in self.regressor.score(graphs, features))
        deviation = np.sqrt(variance + self.regressor.noise * self.calibration.noise(score))
        score = score + draws * np.sqrt(variance)
        percent = self.calibration.percent
        return percent(score), (percent(score + deviation) - percent(score - deviation)) / 2.0


SAVED_FIELDS = {name: name for name in ("nodes", "width", "constant", "rejected")} | {"given": "feature_count"}
STAGES = ("regressor", "classifier")


class NeuralPredictor:
    """Predicts the accuracy of architectures from few trained ones (Wen et al., ECCV 2020, arXiv 1912.00848).

    `NeuralPredictor(preset="paper", kind="gcn", seed=0).fit(batch, accuracy).predict(batch)`: `batch` is a
    `torch_geometric.data.Batch` of `n` graphs, `accuracy` is `[n]` in percent, and so is the prediction. Further
    keyword arguments are fields of `Settings` and override the preset. Equal arguments give equal bits on the CPU of
    one machine: a fit runs on one thread, a prediction on all of torch's.

    Raises `PredictorError` for graphs, labels or features that do not fit, `ValueError` for a setting out of bounds.
    """

    def __init__(
        self, preset: Preset = "best", kind: str | None = None, seed: int = 0, device: str = "cpu", **changes: Any
    ) -> None:
        self.settings: Settings = settings_of_preset(preset, {"kind": kind, **changes})
        if not hasattr(seed, "__index__"):
            raise ValueError(f"'seed' must be a whole number, got {seed!r}")
        self.seed = operator.index(seed) % 2**63  # torch takes no larger one
        self.device = torch_device(device)
        self.fitted: Fitted | None = None

    def fit(self, batch: Any, accuracy: Any, features: Any = None) -> Self:
        """Trains on `n` graphs with `accuracy` `[n]` in percent and, optionally, `features` `[n, s]`; returns itself.

        Where all labels are equal (also for one sample) nothing is trained and that label is predicted. Both stages
        have the node representation size of all `n`. Raises `PredictorError` for features that nothing would read.
        """
        graphs = dense(batch)
        y, features = checked_accuracies(accuracy, len(graphs)), self._checked_for_fit(features, len(graphs))
        _, nodes, width = graphs.x.shape
        fitted = Fitted(nodes, width, 0 if features is None else features.shape[1])
        chosen = attrs.evolve(self.settings, size=self.settings.representation_size(len(graphs)))
        with torch_held_at(threads=1):
            passed = self._fit_classifier(fitted, chosen, graphs, features, y)
            if np.ptp(y[passed]) == 0:
                fitted.constant = float(y[passed][0])
            else:
                rows = torch.from_numpy(passed)
                kept_features = None if features is None else features[rows]
                self._fit_regressor(fitted, chosen, graphs[rows], kept_features, y[passed])
        if not fitted.is_finite():
            raise PredictorError(
                "the fit diverged: its numbers are no longer finite. Lower lr or classifier_lr, or scale the features"
            )
        self.fitted = fitted
        return self

    def predict(self, batch: Any, features: Any = None, return_std: bool = False, draws: Any = 0.0) -> Any:
        """Returns the accuracy in percent, float64 `[n]`; with `return_std` also its standard deviation `[n]`.

        Calibration is strictly increasing and nothing is clipped, so the order is that of the scores, and an
        architecture far better than all of the fit may pass 100 %.

        `draws` `[n]` moves every score by so many deviations of what is not known about it. Standard normal ones make
        Thompson samples; `[k, n]` gives results `[k, n]`. A single network without the process knows no deviation: it
        is 0. What the first of two stages rejects is not moved; its deviation is the width of its range.
        """
        fitted, graphs, features = self._checked(batch, features)
        mean, std = fitted.regression(graphs, features, checked_draws(draws, len(graphs)))
        if not (np.isfinite(mean).all() and np.isfinite(std).all()):
            raise PredictorError("wanted features to compute with, got some whose prediction is not finite")
        if fitted.classifier is not None:
            low, high = fitted.rejected
            chance = torch.sigmoid(fitted.classifier.score(graphs, features)[0]).numpy()
            mean = np.where(chance > 0.5, mean, low + (high - low) * 2.0 * chance)
            std = np.where(chance > 0.5, std, high - low)
        return (mean, std) if return_std else mean

    def cross_validated_tau(self) -> float | None:
        """Returns the mean of Kendall's τ between labels and what the Gaussian process predicts of a fold of samples
        from those of the others.

        None without a process, whose folds need no fits of their own, or for fewer than 4 samples. Hyper-parameters
        have seen all: on noise alone it is about 0.1, and where there is something to learn no higher than on new ones.
        """
        regressor = self._fitted().regressor
        if regressor is None or regressor.process is None:
            return None
        labels = regressor.process.labels
        folds = random_folds(len(labels))
        predicted = regressor.process.left_out(folds)
        taus = [kendall_tau(mean.numpy(), labels[rows].numpy()) for rows, mean in zip(folds, predicted, strict=True)]
        return float(np.mean(taus)) if taus else None

    def _fit_classifier(
        self, fitted: Fitted, chosen: Settings, graphs: Graphs, features: Tensor | None, y: Array
    ) -> Bools:
        """Trains the first stage if there is one to learn; returns which samples the regressor learns from."""
        threshold = chosen.threshold if chosen.percentile is None else float(np.percentile(y, chosen.percentile))
        passed: Bools = y > threshold
        if chosen.stages == 1 or min(passed.sum(), (~passed).sum()) < 2:
            return np.ones(len(y), dtype=bool)
        labels, noise = torch.from_numpy(passed).float(), torch.ones(len(y), dtype=torch.float64)
        fitted.classifier = Mixture.fit(
            attrs.evolve(chosen, process=0.0), graphs, features, labels, noise,
            loss="cross_entropy", lr=chosen.classifier_lr, seed=self.seed, device=self.device,
        )  # fmt: skip
        fitted.rejected = (float(y[~passed].mean()), threshold)
        return passed

    def _fit_regressor(
        self, fitted: Fitted, chosen: Settings, graphs: Graphs, features: Tensor | None, y: Array
    ) -> None:
        curve = Calibration.linear(y) if chosen.loss == "mse" else Calibration.ranks(y)
        score = curve.score(y)
        labels, noise = torch.from_numpy(score), torch.from_numpy(curve.noise(score))
        fitted.regressor = Mixture.fit(
            chosen, graphs, features, labels, noise,
            loss=chosen.loss, lr=chosen.lr, seed=self.seed, device=self.device,
        )  # fmt: skip
        fitted.calibration = curve

    def _checked_for_fit(self, features: Any, n: int) -> Tensor | None:
        """Returns the features of `n` graphs. Raises `PredictorError` if they are malformed or nothing reads them."""
        kind = self.settings.kind
        checked = checked_features(features, n)
        reads_features = network_class(kind).reads_features or self.settings.gaussian_process_weight
        if checked is not None and not reads_features:
            raise PredictorError(
                f"kind={kind} reads operations and edges alone: leave the features out or use kind=gcn"
            )
        return checked

    def _checked(self, batch: Any, features: Any) -> tuple[Fitted, Graphs, Tensor | None]:
        """Returns what a prediction reads. Raises `PredictorError` where it differs in shape from that of the fit."""
        fitted, graphs = self._fitted(), dense(batch)
        if graphs.x.shape[2] != fitted.width:
            raise PredictorError(
                f"wanted graphs with {fitted.width} features a node, as in the fit, got {graphs.x.shape[2]}: "
                "encode them with the same space and options"
            )
        checked = checked_features(features, len(graphs))
        feature_count = 0 if checked is None else checked.shape[1]
        if feature_count != fitted.feature_count:
            raise PredictorError(f"wanted {fitted.feature_count} features a graph, as in the fit, got {feature_count}")
        return fitted, padded(graphs, fitted.nodes), checked

    def _fitted(self) -> Fitted:
        if self.fitted is None:
            raise PredictorError("wanted a fitted predictor, this one is not: call fit first, or load a saved one")
        return self.fitted

    def save(self, path: str | Path) -> None:
        """Writes the fitted predictor to `path`: one safetensors file with JSON in its header, no pickle."""
        fitted = self._fitted()
        about: dict[str, Any] = {"seed": self.seed, "settings": self.settings.by_keyword()}
        about |= {key: getattr(fitted, name) for key, name in SAVED_FIELDS.items()}
        tensors: dict[str, Tensor] = {}
        if fitted.calibration:
            curve = fitted.calibration
            about["slope"] = curve.slope
            tensors |= {"scores": torch.from_numpy(curve.scores), "labels": torch.from_numpy(curve.accuracies)}
        for name in STAGES:
            if mixture := getattr(fitted, name):
                about[name] = attrs.asdict(mixture.shape)
                tensors |= {f"{name}.{key}": tensor for key, tensor in mixture.state().items()}
        write(path, about, tensors)

    @classmethod
    def load(cls, path: str | Path, device: str = "cpu") -> Self:
        """Returns the predictor that `save` wrote. Raises `PredictorError` for any other or damaged file."""
        about, tensors = read(path)
        predictor = cls(device=device)
        try:
            with torch_held_at(threads=1):
                return predictor._restored(about, tensors)
        except KeyError as error:
            raise PredictorError(f"{path} does not fit this predictor: it lacks {error}") from error
        except (TypeError, ValueError, RuntimeError) as error:
            raise PredictorError(f"{path} does not fit this predictor: {error}") from error

    def _restored(self, about: dict[str, Any], tensors: dict[str, Tensor]) -> Self:
        if damaged := [name for name, tensor in tensors.items() if not torch.isfinite(tensor).all()]:
            raise ValueError(f"{', '.join(damaged)} hold numbers that are not finite")
        self.seed, self.settings = operator.index(about["seed"]), Settings(**about["settings"])
        fitted = Fitted(**{key: about[key] for key in SAVED_FIELDS})
        if "regressor" in about:
            fitted.calibration = Calibration(tensors["scores"].numpy(), tensors["labels"].numpy(), about["slope"])
        elif fitted.constant is None:
            raise ValueError("it has neither a regressor nor the one label that it was fitted to")
        for name in STAGES:
            if name in about:
                state = {key.removeprefix(f"{name}."): t for key, t in tensors.items() if key.startswith(f"{name}.")}
                chosen = self.settings if name == "regressor" else attrs.evolve(self.settings, process=0.0)
                shape = fitted.checked(Shape(**about[name]))
                setattr(fitted, name, Mixture.restore(chosen, shape, self.seed, self.device, state))
        self.fitted = fitted
        return self
