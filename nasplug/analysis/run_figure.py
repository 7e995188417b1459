"""The figures of one run: the incumbent by trainings, and accuracy against latency with the Pareto frontier."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from nasplug.analysis.drawing import COLOURS, new_figure
from nasplug.analysis.pareto import frontier, measured
from nasplug.errors import StorageError
from nasplug.result import incumbent
from nasplug.types import Trial

if TYPE_CHECKING:
    from matplotlib.figure import Figure


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
        points, front = measured(trials), frontier(trials)
        if not points:
            raise StorageError(f"The run {name!r} measured no latency: it needs --device, pixel1 for instance.")
        colour = COLOURS[index % len(COLOURS)]
        axes.scatter(*_points(points), s=10, alpha=0.5, color=colour)
        axes.step(*_points(front), where="post", color=colour, label=name, marker="o")
    axes.set(xlabel="latency (ms)", ylabel="validation accuracy (%)", title=title)
    axes.legend(loc="lower right", fontsize=8)
    return figure


def _steps(trials: Sequence[Trial]) -> list[tuple[int, float]]:
    best: Trial | None = None
    steps: list[tuple[int, float]] = []
    searched = [t for t in trials if t.purpose == "search"]
    for count, trial in enumerate(searched, 1):
        best = incumbent([*([best] if best else []), trial])
        if best is not None and best.accuracy is not None:
            steps.append((count, best.accuracy))
    return steps


def _points(trials: Sequence[Trial]) -> tuple[list[float], list[float]]:
    return [t.latency or 0.0 for t in trials], [t.accuracy or 0.0 for t in trials]
