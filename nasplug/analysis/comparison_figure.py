"""The figure of a comparison: mean lines, shaded standard deviations, a dotted line where predictions begin."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from nasplug.analysis.curves import Curves
from nasplug.analysis.drawing import COLOURS, new_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


def comparison_figure(
    all_curves: Sequence[Curves],
    labels: Mapping[str, str],
    title: str,
    accuracy: str,
    marks: Sequence[int] = (),
) -> "Figure":
    """Returns the figure of arXiv 1912.00848's ablation: reported accuracy of the incumbent against trainings.

    `labels` are the legend's by strategy, `accuracy` is the name of the vertical axis, `marks` are numbers of trainings
    with a dotted line each. The vertical axis begins where the slowest strategy is after a twentieth of the trainings.
    """
    figure = new_figure()
    axes = figure.axes[0]
    for index, c in enumerate(all_curves):
        _draw(axes, c, labels[c.strategy], COLOURS[index % len(COLOURS)], "-" if index < len(COLOURS) else "--")
    for mark in marks:
        axes.axvline(mark, color="#444444", linestyle=":", linewidth=1.0)
        axes.annotate(
            f"N = {mark} ", (mark, 0.98), xycoords=("data", "axes fraction"), fontsize=8, ha="right", va="top"
        )
    axes.set(xlabel="architectures trained", ylabel=f"{accuracy}\nof the incumbent (%)", title=title)
    axes.title.set_fontsize(9.5)
    axes.set_xlim(left=0)
    axes.set_ylim(*_limits(all_curves))
    axes.legend(loc="lower right", fontsize=8)
    return figure


def _draw(axes: "Axes", c: Curves, label: str, colour: str, line: str) -> None:
    x, mean = np.arange(1, c.reported.shape[1] + 1), c.mean
    if c.repeats > 1:
        axes.fill_between(x, mean - c.std, mean + c.std, color=colour, alpha=0.15, linewidth=0)
    axes.plot(x, mean, color=colour, linestyle=line, linewidth=1.5, label=label)


def _limits(all_curves: Sequence[Curves]) -> tuple[float, float]:
    low = min(float(np.nan_to_num(c.mean[len(c.mean) // 20 :], nan=100.0).min()) for c in all_curves)
    high = max(float(np.nanmax((c.mean + c.std)[len(c.mean) // 20 :])) for c in all_curves)
    room = 0.05 * max(high - low, 0.1)
    return low - room, min(100.0, high + room)
