"""The figures: incumbents, fronts and hypervolumes of runs, predictions with Kendall's τ, frontiers, comparisons."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import ArrayLike

from nasplug.analysis.labels import axis, searched_name, with_unit
from nasplug.analysis.pareto import LATENCY, Plane
from nasplug.analysis.rendering import COLOURS, new_figure
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.engine.result import incumbents, why_infeasible
from nasplug.errors import StorageError
from nasplug.types import ACCURACY, Objective, Trial

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from nasplug.analysis.curves import Curves

Runs = Mapping[str, Sequence[Trial]]  # the trials of each run by the run's name
Points = Sequence[tuple[float, float]]  # latency in milliseconds, value of the main objective
TRAININGS = "architectures trained"


@attrs.frozen
class Prediction:
    """What a predictor that had learnt from the trials before `first` predicted of some later ones."""

    first: int  # the number of the first trial that the predictor had not seen
    numbers: list[int]  # the numbers of the trials predicted
    predicted: list[float]  # their predicted values of the main objective
    measured: list[float]  # their measured values

    @property
    def tau(self) -> float:
        """Kendall's τ between the predicted and the measured values."""
        return kendall_tau(self.predicted, self.measured)


def kendall_tau(predicted: ArrayLike, measured: ArrayLike) -> float:
    """Returns Kendall's τ-b of two rankings, as SciPy computes it.

    It is 0 if one of them is constant and therefore ranks nothing, and NaN if there is no value or one is NaN.
    """
    from scipy.stats import kendalltau

    if np.size(predicted) and (np.ptp(predicted) == 0 or np.ptp(measured) == 0):
        return 0.0
    return float(kendalltau(predicted, measured).statistic)


def incumbent_figure(runs: Runs, title: str, goal: Goal = DEFAULT_GOAL) -> "Figure":
    """Returns the main objective's best value so far against the number of trainings, one line a run.

    Raises `StorageError` for a run without a complete trial.
    """
    figure, axes = new_figure()
    for index, (name, trials) in enumerate(runs.items()):
        values = [best and goal.figure(best) for best in incumbents(trials, goal)]
        steps = [(count, value) for count, value in enumerate(values, 1) if value is not None]
        if not steps:
            why = why_infeasible(trials, goal)
            nothing = f"nothing to plot: {why}" if why else f"no complete trial to plot: {len(trials)} are stored"
            raise StorageError(f"The run {name!r} has {nothing}.")
        axes.step(*zip(*steps, strict=True), where="post", color=_colour(index), label=name)
    y = with_unit(f"{searched_name(goal.objective)} of the incumbent", goal.objective)
    return _finish(figure, TRAININGS, y, title, _free_corner(True, goal.objective))


def latency_figure(runs: Runs, title: str, goal: Goal = DEFAULT_GOAL) -> "Figure":
    """Returns the main objective against latency, with the Pareto front of each run.

    Raises `StorageError` for a run without latencies.
    """
    return _plane_figure(runs, title, Plane(goal))


def front_figure(runs: Runs, title: str, goal: Goal = DEFAULT_GOAL) -> "Figure":
    """Returns the two objectives of the runs against each other, or the only one against latency, with the fronts.

    Trials that break a limit are crosses. Raises `StorageError` for a run without one of the two figures.
    """
    return _plane_figure(runs, title, Plane.of(goal))


def hypervolume_figure(runs: Runs, title: str, goal: Goal = DEFAULT_GOAL) -> "Figure":
    """Returns the hypervolume of all objectives, or of the only one and latency, against trainings, one line a run.

    All runs share one reference point: the worst value of each objective among them. Raises `StorageError` for a run
    without one of the two figures.
    """
    plane = Plane.of(goal)
    shown = {name: _require_both(name, trials, plane) for name, trials in runs.items()}
    reference = plane.worst_point([trial for trials in shown.values() for trial in trials])
    figure, axes = new_figure()
    for index, (name, trials) in enumerate(shown.items()):
        volumes = plane.hypervolumes(trials, reference)
        searched = (trial for trial in runs[name] if trial.purpose == "search")
        trainings = {trial.number: count for count, trial in enumerate(searched, 1)}
        counts = [trainings[trial.number] for trial in trials]
        axes.step(counts, volumes, where="post", color=_colour(index), label=name)
    return _finish(figure, TRAININGS, f"hypervolume ({plane.unit})", title)


def prediction_figure(predictions: Mapping[str, Prediction], title: str, goal: Goal = DEFAULT_GOAL) -> "Figure":
    """Returns measured against predicted values of the main objective, one colour a run, with τ and the diagonal."""
    figure, axes = new_figure()
    for index, (name, prediction) in enumerate(predictions.items()):
        label = f"{name}, Kendall τ {prediction.tau:.3f}"
        axes.scatter(prediction.predicted, prediction.measured, s=10, alpha=0.6, color=_colour(index), label=label)
    values = [value for p in predictions.values() for value in (*p.predicted, *p.measured)]
    diagonal = [min(values), max(values)]
    axes.plot(diagonal, diagonal, linestyle=":", linewidth=1.0, color="#444444")
    name = axis(goal.objective)
    return _finish(figure, f"predicted {name}", f"measured {name}", title)


def frontier_figure(
    sampled: Points,
    front: Points,
    trained: Points,
    published: Points,
    device: str,
    objective: Objective = ACCURACY,
) -> "Figure":
    """Returns the figure of a frontier, the objective against latency.

    Args:
        sampled: all architectures predicted
        front: those of them on the Pareto frontier
        trained: those of the frontier that were trained finally, with the value reported
        published: architectures of a publication, with the value predicted here
        device: where the latencies were measured
        objective: what is predicted
    """
    figure, axes = new_figure()
    axes.scatter(*_xy(sampled), s=6, color="#b8c2cc", label=f"{len(sampled)} predicted", rasterized=True)
    axes.step(*_xy(front), where="post", marker="o", markersize=4, color=_colour(0), label="frontier, predicted")
    if trained:
        axes.scatter(*_xy(trained), marker="s", s=26, color=_colour(1), label="frontier, trained", zorder=3)
    if published:
        axes.scatter(*_xy(published), marker="^", s=30, color=_colour(2), label="published, predicted here", zorder=3)
    y = with_unit(objective.plain_name, objective)
    return _finish(figure, f"latency on {device} (ms)", y, legend="best")


def comparison_figure(
    strategies: "Sequence[Curves]", labels: Mapping[str, str], title: str, accuracy: str, marks: Sequence[int] = ()
) -> "Figure":
    """Returns what is reported of the incumbent against trainings, as in the ablation of arXiv 1912.00848.

    The vertical axis begins where the worst strategy is after a twentieth of the trainings. Curves go down where less
    is better.

    Args:
        strategies: the curves of each strategy; their mean is a line, their standard deviation a shade
        labels: the text of the legend for each strategy
        accuracy: what the vertical axis shows, without its unit
        marks: numbers of trainings that get a dotted line
    """
    figure, axes = new_figure()
    objective = strategies[0].objective
    for index, curves in enumerate(strategies):
        _draw_curve(axes, curves, labels[curves.strategy], _colour(index), "-" if index < len(COLOURS) else "--")
    for mark in marks:
        axes.axvline(mark, color="#444444", linestyle=":", linewidth=1.0)
        place = ("data", "axes fraction")
        axes.annotate(f"N = {mark} ", (mark, 0.98), xycoords=place, fontsize=8, ha="right", va="top")
    axes.set_xlim(left=0)
    axes.set_ylim(*_vertical_limits(strategies, objective))
    y = with_unit(f"{accuracy}\nof the incumbent", objective)
    _finish(figure, TRAININGS, y, title, _free_corner(True, objective))
    axes.title.set_fontsize(9.5)
    return figure


def _draw_curve(axes: "Axes", curves: "Curves", label: str, colour: str, line: str) -> None:
    x, mean = np.arange(1, curves.reported.shape[1] + 1), curves.mean
    if curves.repeats > 1:
        axes.fill_between(x, mean - curves.std, mean + curves.std, color=colour, alpha=0.15, linewidth=0)
    axes.plot(x, mean, color=colour, linestyle=line, linewidth=1.5, label=label)


def _vertical_limits(strategies: "Sequence[Curves]", objective: Objective) -> tuple[float, float]:
    """Returns the ends of an axis from the worst mean after a twentieth of the trainings to the best of all shades."""
    sign = objective.score(1.0)  # scores are higher for better values
    shown = [
        (curves.mean[start:] * sign, curves.std[start:]) for curves in strategies for start in [len(curves.mean) // 20]
    ]
    worst = min(float(np.nanmin(mean)) for mean, _ in shown)
    best = max(float(np.nanmax(mean + std)) for mean, std in shown)
    scale = 100.0 if objective.unit == "%" else max(abs(worst), abs(best), 1e-9)
    margin = 0.05 * max(best - worst, 0.001 * scale)
    ends = sorted((sign * (worst - margin), sign * (best + margin)))
    return (ends[0], min(objective.high, ends[1])) if sign > 0 else (max(objective.low, ends[0]), ends[1])


def _plane_figure(runs: Runs, title: str, plane: Plane) -> "Figure":
    """Returns all trials of the runs in a plane, and the front of each run; a line where a plane shows all of it."""
    figure, axes = new_figure()
    line = "-" if plane.is_whole else "none"
    for index, (name, trials) in enumerate(runs.items()):
        axes.scatter(*plane.points(_require_both(name, trials, plane)), s=10, alpha=0.5, color=_colour(index))
        broken = plane.broken(trials)
        if broken:
            label = f"{name}, breaks a limit"
            axes.scatter(*plane.points(broken), s=14, marker="x", linewidths=0.8, color="#8a949e", label=label)
        front = plane.points(plane.front(trials))  # cheapest first: each point reaches as far as the costs of the next
        axes.step(*front, where="post", linestyle=line, color=_colour(index), label=name, marker="o")
    return _finish(figure, axis(plane.x), axis(plane.y), title, _free_corner(plane.x.direction == "min", plane.y))


def _free_corner(right: bool, objective: Objective) -> str:
    """Returns the corner of a figure that good values of its vertical axis leave free."""
    return f"{'lower' if objective.direction == 'max' else 'upper'} {'right' if right else 'left'}"


def _finish(figure: "Figure", x: str, y: str, title: str = "", legend: str = "lower right") -> "Figure":
    """Returns the figure with the names of its axes, its title and its legend."""
    axes = figure.axes[0]
    axes.set(xlabel=x, ylabel=y, title=title)
    axes.legend(loc=legend, fontsize=8)
    return figure


def _colour(index: int) -> str:
    return COLOURS[index % len(COLOURS)]


def _require_both(name: str, trials: Sequence[Trial], plane: Plane) -> list[Trial]:
    """Returns the trials to show. Raises `StorageError` where the run has none with both figures."""
    shown = plane.trials(trials)
    if shown:
        return shown
    if why := why_infeasible(trials, plane.goal):
        raise StorageError(f"The run {name!r} has nothing to plot: {why}.")
    if plane.x == LATENCY:
        raise StorageError(f"The run {name!r} measured no latency: it needs --device, pixel1 for instance.")
    raise StorageError(f"The run {name!r} has no complete trial with {plane.x.name} and {plane.y.name}.")


def _xy(points: Points) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
