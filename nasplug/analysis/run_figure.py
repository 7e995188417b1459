"""The figures of runs: incumbents, accuracy against latency with frontiers, hypervolumes, predictions."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nasplug.analysis.drawing import COLOURS, new_figure
from nasplug.analysis.pareto import frontier, hypervolume_over, measured, worst
from nasplug.engine.result import incumbents
from nasplug.errors import StorageError
from nasplug.types import Trial

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from nasplug.analysis.report.subject import Prediction


def incumbent_figure(runs: Mapping[str, Sequence[Trial]], title: str) -> "Figure":
    """Returns the best validation accuracy so far against the number of trainings, one line a run."""
    figure = new_figure()
    axes = figure.axes[0]
    for index, (name, trials) in enumerate(runs.items()):
        steps = _steps(trials)
        if not steps:
            raise StorageError(f"The run {name!r} has no complete trial to plot: {len(trials)} are stored.")
        colour = COLOURS[index % len(COLOURS)]
        axes.step([x for x, _ in steps], [y for _, y in steps], where="post", color=colour, label=name)
    axes.set(xlabel="architectures trained", ylabel="validation accuracy of the incumbent (%)", title=title)
    axes.legend(loc="lower right", fontsize=8)
    return figure


def latency_figure(runs: Mapping[str, Sequence[Trial]], title: str) -> "Figure":
    """Returns validation accuracy against latency, with the frontier of each run. Raises `StorageError` without any."""
    figure = new_figure()
    axes = figure.axes[0]
    for index, (name, trials) in enumerate(runs.items()):
        colour = COLOURS[index % len(COLOURS)]
        axes.scatter(*_points(_timed(name, trials)), s=10, alpha=0.5, color=colour)
        axes.step(*_points(frontier(trials)), where="post", color=colour, label=name, marker="o")
    axes.set(xlabel="latency (ms)", ylabel="validation accuracy (%)", title=title)
    axes.legend(loc="lower right", fontsize=8)
    return figure


def hypervolume_figure(runs: Mapping[str, Sequence[Trial]], title: str) -> "Figure":
    """Returns the hypervolume of accuracy and latency against the number of trainings, one line a run.

    All are measured from one reference: the slowest latency and the lowest accuracy of all runs together. Raises
    `StorageError` for a run without latencies.
    """
    points = {name: _timed(name, trials) for name, trials in runs.items()}
    reference = worst([trial for timed in points.values() for trial in timed])
    figure = new_figure()
    axes = figure.axes[0]
    for index, (name, timed) in enumerate(points.items()):
        volume = hypervolume_over(*_points(timed), reference)
        searched = (trial for trial in runs[name] if trial.purpose == "search")
        place = {trial.number: count for count, trial in enumerate(searched, 1)}
        counts = [place[trial.number] for trial in timed]
        axes.step(counts, volume, where="post", color=COLOURS[index % len(COLOURS)], label=name)
    axes.set(xlabel="architectures trained", ylabel="hypervolume (% × ms)", title=title)
    axes.legend(loc="lower right", fontsize=8)
    return figure


def prediction_figure(predictions: Mapping[str, "Prediction"], title: str) -> "Figure":
    """Returns measured against predicted accuracy, one colour a run, with Kendall's τ and a dotted line of equals."""
    figure = new_figure()
    axes = figure.axes[0]
    for index, (name, p) in enumerate(predictions.items()):
        colour = COLOURS[index % len(COLOURS)]
        axes.scatter(p.predicted, p.measured, s=10, alpha=0.6, color=colour, label=f"{name}, Kendall τ {p.tau:.3f}")
    ends = [value for p in predictions.values() for value in (*p.predicted, *p.measured)]
    axes.plot([min(ends), max(ends)], [min(ends), max(ends)], linestyle=":", linewidth=1.0, color="#444444")
    axes.set(xlabel="predicted validation accuracy (%)", ylabel="measured validation accuracy (%)", title=title)
    axes.legend(loc="lower right", fontsize=8)
    return figure


def _steps(trials: Sequence[Trial]) -> list[tuple[int, float]]:
    return [(count, best.accuracy or 0.0) for count, best in enumerate(incumbents(trials), 1) if best]


def _timed(name: str, trials: Sequence[Trial]) -> list[Trial]:
    points = measured(trials)
    if not points:
        raise StorageError(f"The run {name!r} measured no latency: it needs --device, pixel1 for instance.")
    return points


def _points(trials: Sequence[Trial]) -> tuple[list[float], list[float]]:
    return [t.latency or 0.0 for t in trials], [t.accuracy or 0.0 for t in trials]
