"""The figure of a frontier: what was predicted, the Pareto set, what was trained, and a published set beside it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from nasplug.analysis.drawing import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]


def frontier_figure(sampled: Points, front: Points, trained: Points, published: Points, device: str) -> "Figure":
    """Returns accuracy in percent against latency in milliseconds; every argument is a list of (latency, accuracy).

    All are predicted but `trained`, which was reported by final trainings.
    """
    figure = new_figure()
    axes = figure.axes[0]
    axes.scatter(*_xy(sampled), s=6, color="#b8c2cc", label=f"{len(sampled)} predicted", rasterized=True)
    axes.step(*_xy(front), where="post", marker="o", markersize=4, color=COLOURS[0], label="frontier, predicted")
    if trained:
        axes.scatter(*_xy(trained), marker="s", s=26, color=COLOURS[1], label="frontier, trained", zorder=3)
    if published:
        axes.scatter(*_xy(published), marker="^", s=30, color=COLOURS[2], label="published, predicted here", zorder=3)
    axes.set(xlabel=f"latency on {device} (ms)", ylabel="accuracy (%)")
    axes.legend(loc="best", fontsize=8)
    return figure


def _xy(points: Points) -> tuple[list[float], list[float]]:
    return [x for x, _ in points], [y for _, y in points]
