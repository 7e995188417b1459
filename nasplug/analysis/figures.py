"""The figures: incumbents, latencies and hypervolumes of runs, predictions with Kendall's τ, frontiers, comparisons."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import ArrayLike

from nasplug.analysis.pareto import coordinates, hypervolume_curve, pareto_trials, timed_trials, worst_point
from nasplug.analysis.rendering import COLOURS, new_figure
from nasplug.engine.result import incumbents
from nasplug.errors import StorageError
from nasplug.types import Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nasplug.analysis.curves import Curves

Runs = Mapping[str, Sequence[Trial]]  # the trials of each run by the run's name
Points = Sequence[tuple[float, float]]  # latency in milliseconds, accuracy in percent
TRAININGS = "architectures trained"


@attrs.frozen
class Prediction:
    """What a predictor that had learnt from the trials before `first` predicted of some later ones."""

    first: int  # the number of the first trial that the predictor had not seen
    numbers: list[int]  # the numbers of the trials predicted
    predicted: list[float]  # their predicted accuracies in percent
    measured: list[float]  # their measured accuracies in percent

    @property
    def tau(self) -> float:
        """Kendall's τ between the predicted and the measured accuracies."""
        return kendall_tau(self.predicted, self.measured)


def kendall_tau(predicted: ArrayLike, measured: ArrayLike) -> float:
    """Returns Kendall's τ-b of two rankings, as SciPy computes it.

    It is 0 if one of them is constant and therefore ranks nothing, and NaN if there is no value or one is NaN.
    """
    from scipy.stats import kendalltau

    if np.size(predicted) and (np.ptp(predicted) == 0 or np.ptp(measured) == 0):
        return 0.0
    return float(kendalltau(predicted, measured).statistic)


def incumbent_figure(runs: Runs, title: str) -> "Figure":
    """Returns the best validation accuracy so far against the number of trainings, one line a run.

    Raises `StorageError` for a run without a complete trial.
    """
    figure, axes = new_figure()
    for index, (name, trials) in enumerate(runs.items()):
        steps = [(count, best.accuracy or 0.0) for count, best in enumerate(incumbents(trials), 1) if best]
        if not steps:
            raise StorageError(f"The run {name!r} has no complete trial to plot: {len(trials)} are stored.")
        axes.step(*zip(*steps, strict=True), where="post", color=_colour(index), label=name)
    return _finish(figure, TRAININGS, "validation accuracy of the incumbent (%)", title)


def latency_figure(runs: Runs, title: str) -> "Figure":
    """Returns validation accuracy against latency, with the Pareto frontier of each run.

    Raises `StorageError` for a run without latencies.
    """
    figure, axes = new_figure()
    for index, (name, trials) in enumerate(runs.items()):
        axes.scatter(*coordinates(_require_latencies(name, trials)), s=10, alpha=0.5, color=_colour(index))
        front = coordinates(pareto_trials(trials))
        axes.step(*front, where="post", color=_colour(index), label=name, marker="o")
    return _finish(figure, "latency (ms)", "validation accuracy (%)", title)


def hypervolume_figure(runs: Runs, title: str) -> "Figure":
    """Returns the hypervolume of accuracy and latency against the number of trainings, one line a run.

    All runs share one reference point: the slowest latency and the lowest accuracy among them. Raises `StorageError`
    for a run without latencies.
    """
    timed = {name: _require_latencies(name, trials) for name, trials in runs.items()}
    reference = worst_point([trial for trials in timed.values() for trial in trials])
    figure, axes = new_figure()
    for index, (name, trials) in enumerate(timed.items()):
        volumes = hypervolume_curve(*coordinates(trials), reference)
        searched = (trial for trial in runs[name] if trial.purpose == "search")
        trainings = {trial.number: count for count, trial in enumerate(searched, 1)}
        counts = [trainings[trial.number] for trial in trials]
        axes.step(counts, volumes, where="post", color=_colour(index), label=name)
    return _finish(figure, TRAININGS, "hypervolume (% × ms)", title)


def prediction_figure(predictions: Mapping[str, Prediction], title: str) -> "Figure":
    """Returns measured against predicted accuracy, one colour a run, with Kendall's τ and the diagonal."""
    figure, axes = new_figure()
    for index, (name, prediction) in enumerate(predictions.items()):
        label = f"{name}, Kendall τ {prediction.tau:.3f}"
        axes.scatter(prediction.predicted, prediction.measured, s=10, alpha=0.6, color=_colour(index), label=label)
    values = [value for p in predictions.values() for value in (*p.predicted, *p.measured)]
    diagonal = [min(values), max(values)]
    axes.plot(diagonal, diagonal, linestyle=":", linewidth=1.0, color="#444444")
    return _finish(figure, "predicted validation accuracy (%)", "measured validation accuracy (%)", title)


def frontier_figure(sampled: Points, front: Points, trained: Points, published: Points, device: str) -> "Figure":
    """Returns the figure of a frontier, accuracy against latency.

    Args:
        sampled: all architectures predicted
        front: those of them on the Pareto frontier
        trained: those of the frontier that were trained finally, with the accuracy reported
        published: architectures of a publication, with the accuracy predicted here
        device: where the latencies were measured
    """
    figure, axes = new_figure()
    axes.scatter(*_xy(sampled), s=6, color="#b8c2cc", label=f"{len(sampled)} predicted", rasterized=True)
    axes.step(*_xy(front), where="post", marker="o", markersize=4, color=_colour(0), label="frontier, predicted")
    if trained:
        axes.scatter(*_xy(trained), marker="s", s=26, color=_colour(1), label="frontier, trained", zorder=3)
    if published:
        axes.scatter(*_xy(published), marker="^", s=30, color=_colour(2), label="published, predicted here", zorder=3)
    return _finish(figure, f"latency on {device} (ms)", "accuracy (%)", legend="best")


def comparison_figure(
    strategies: "Sequence[Curves]", labels: Mapping[str, str], title: str, accuracy: str, marks: Sequence[int] = ()
) -> "Figure":
    """Returns the reported accuracy of the incumbent against trainings, as in the ablation of arXiv 1912.00848.

    The vertical axis begins where the worst strategy is after a twentieth of the trainings.

    Args:
        strategies: the curves of each strategy; their mean is a line, their standard deviation a shade
        labels: the text of the legend for each strategy
        accuracy: what the vertical axis shows
        marks: numbers of trainings that get a dotted line
    """
    figure, axes = new_figure()
    for index, curves in enumerate(strategies):
        _draw_curve(axes, curves, labels[curves.strategy], _colour(index), "-" if index < len(COLOURS) else "--")
    for mark in marks:
        axes.axvline(mark, color="#444444", linestyle=":", linewidth=1.0)
        place = ("data", "axes fraction")
        axes.annotate(f"N = {mark} ", (mark, 0.98), xycoords=place, fontsize=8, ha="right", va="top")
    axes.set_xlim(left=0)
    axes.set_ylim(*_accuracy_limits(strategies))
    _finish(figure, TRAININGS, f"{accuracy}\nof the incumbent (%)", title)
    axes.title.set_fontsize(9.5)
    return figure


def _draw_curve(axes: "Axes", curves: "Curves", label: str, colour: str, line: str) -> None:
    x, mean = np.arange(1, curves.reported.shape[1] + 1), curves.mean
    if curves.repeats > 1:
        axes.fill_between(x, mean - curves.std, mean + curves.std, color=colour, alpha=0.15, linewidth=0)
    axes.plot(x, mean, color=colour, linestyle=line, linewidth=1.5, label=label)


def _accuracy_limits(strategies: "Sequence[Curves]") -> tuple[float, float]:
    shown = [(curves.mean[start:], curves.std[start:]) for curves in strategies for start in [len(curves.mean) // 20]]
    low = min(float(np.nan_to_num(mean, nan=100.0).min()) for mean, _ in shown)
    high = max(float(np.nanmax(mean + std)) for mean, std in shown)
    margin = 0.05 * max(high - low, 0.1)
    return low - margin, min(100.0, high + margin)


def _finish(figure: "Figure", x: str, y: str, title: str = "", legend: str = "lower right") -> "Figure":
    """Returns the figure with the names of its axes, its title and its legend."""
    axes = figure.axes[0]
    axes.set(xlabel=x, ylabel=y, title=title)
    axes.legend(loc=legend, fontsize=8)
    return figure


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def _require_latencies(name: str, trials: Sequence[Trial]) -> list[Trial]:
    timed = timed_trials(trials)
    if not timed:
        raise StorageError(f"The run {name!r} measured no latency: it needs --device, pixel1 for instance.")
    return timed


def _xy(points: Points) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
