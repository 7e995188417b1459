"""What the figures show, and Kendall's τ of the predictions in them."""

import math

import numpy as np
import pytest
from trials_table import table

from nasplug.analysis.curves import curves
from nasplug.analysis.figures import (
    Prediction,
    comparison_figure,
    frontier_figure,
    hypervolume_figure,
    incumbent_figure,
    kendall_tau,
    latency_figure,
    prediction_figure,
)
from nasplug.analysis.rendering import COLOURS
from nasplug.errors import StorageError
from nasplug.types import Architecture, Evaluation, Trial


def trials(*accuracies):
    """Returns one search trial for each accuracy, a failed one for 0; each is a millisecond faster than the last."""
    made = []
    for number, accuracy in enumerate(accuracies):
        state, error = ("complete", None) if accuracy else ("failed", "lost")
        evaluation = Evaluation(accuracy, 1.0) if accuracy else None
        architecture = Architecture("toy", (number,))
        made.append(Trial(number, architecture, state, evaluation, error, "search", 0.0, 1.0, latency=10.0 - number))
    return made


def points(line):
    return list(zip(*(np.asarray(values).tolist() for values in line.get_data()), strict=True))


def legend(figure):
    return [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_the_incumbent_begins_with_the_first_complete_trial():
    figure = incumbent_figure({"a": trials(0, 50.0, 40.0, 60.0), "b": trials(70.0)}, "Title")
    first, second = figure.axes[0].lines
    assert points(first) == [(2, 50.0), (3, 50.0), (4, 60.0)]
    assert points(second) == [(1, 70.0)]
    assert [line.get_color() for line in (first, second)] == list(COLOURS[:2])
    assert (legend(figure), figure.axes[0].get_title()) == (["a", "b"], "Title")
    with pytest.raises(StorageError, match="'c' has no complete trial to plot: 2 are stored"):
        incumbent_figure({"a": trials(1.0), "c": trials(0, 0)}, "")


def test_the_frontier_is_drawn_among_all_trials_with_a_latency():
    axes = latency_figure({"a": trials(50.0, 40.0, 45.0)}, "").axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[10.0, 50.0], [9.0, 40.0], [8.0, 45.0]]
    assert points(axes.lines[0]) == [(8.0, 45.0), (10.0, 50.0)]


def test_the_hypervolume_is_drawn_where_its_trial_stands_among_the_trainings():
    (line,) = hypervolume_figure({"run": trials(50.0, 0, 60.0, 0, 70.0)}, "").axes[0].lines
    assert points(line) == [(1, 0.0), (3, 20.0), (5, 4 * 20.0)]


def test_hypervolumes_side_by_side_have_one_reference_point():
    first, second = hypervolume_figure({"a": trials(50.0), "b": trials(40.0, 45.0)}, "").axes[0].lines
    assert points(first) == [(1, 0.0)]
    assert points(second) == [(1, 0.0), (2, 5.0)]


@pytest.mark.parametrize("figure", [latency_figure, hypervolume_figure])
def test_a_run_without_latencies_is_refused(figure):
    with pytest.raises(StorageError, match="'run' measured no latency: it needs --device"):
        figure({"run": trials(0)}, "")


def test_predictions_are_drawn_against_measurements_with_their_tau_and_the_diagonal():
    figure = prediction_figure({"run": Prediction(0, [0, 1], [50.0, 60.0], [55.0, 70.0])}, "")
    axes = figure.axes[0]
    assert axes.collections[0].get_offsets().tolist() == [[50.0, 55.0], [60.0, 70.0]]
    assert points(axes.lines[0]) == [(50.0, 50.0), (70.0, 70.0)]
    assert legend(figure) == ["run, Kendall τ 1.000"]


def test_a_frontier_shows_only_what_there_is():
    front = [(1.0, 50.0), (2.0, 60.0)]
    figure = frontier_figure([*front, (3.0, 40.0)], front, [], [], "phone")
    assert legend(figure) == ["3 predicted", "frontier, predicted"]
    assert points(figure.axes[0].lines[0]) == front
    assert figure.axes[0].get_xlabel() == "latency on phone (ms)"
    whole = frontier_figure(front, front, [(1.0, 55.0)], [(2.0, 58.0)], "phone")
    assert legend(whole)[2:] == ["frontier, trained", "published, predicted here"]
    assert [part.get_offsets().tolist() for part in whole.axes[0].collections[1:]] == [[[1.0, 55.0]], [[2.0, 58.0]]]


def compared(marks=(), **reported):
    strategies = curves(table(**reported))
    return comparison_figure(strategies, {c.strategy: c.strategy.upper() for c in strategies}, "Title", "test", marks)


def test_a_comparison_has_a_line_and_a_shade_for_each_strategy_with_repeats():
    figure = compared(a=[[50.0, 60.0], [54.0, 60.0]], b=[[40.0, 70.0]])
    axes = figure.axes[0]
    assert [points(line) for line in axes.lines] == [[(1, 52.0), (2, 60.0)], [(1, 40.0), (2, 70.0)]]
    (shade,) = axes.collections
    assert shade.get_datalim(axes.transData).get_points().ravel().tolist() == pytest.approx([1, 52 - 8**0.5, 2, 60])
    assert legend(figure) == ["A", "B"]
    assert (axes.get_ylabel(), axes.get_title(), axes.title.get_fontsize()) == (
        "test\nof the incumbent (%)",
        "Title",
        9.5,
    )


def test_more_strategies_than_colours_get_dashed_lines():
    figure = compared(**{f"s{i}": [[50.0]] for i in range(len(COLOURS) + 1)})
    styles = [line.get_linestyle() for line in figure.axes[0].lines]
    assert styles == ["-"] * len(COLOURS) + ["--"]


def test_marks_are_dotted_lines_with_their_number():
    axes = compared(marks=[3, 7], a=[[50.0] * 9]).axes[0]
    assert [line.get_xdata()[0] for line in axes.lines[1:]] == [3, 7]
    assert [text.get_text() for text in axes.texts] == ["N = 3 ", "N = 7 "]


def test_the_vertical_axis_leaves_out_the_first_twentieth_and_ends_at_100():
    low, high = compared(a=[[10.0, *[60.0] * 20, 80.0]]).axes[0].get_ylim()
    assert (low, high) == pytest.approx((60.0 - 0.05 * 20.0, 80.0 + 0.05 * 20.0))
    assert compared(a=[[50.0, 99.9]]).axes[0].get_ylim()[1] == 100.0
    assert compared(a=[[60.0, 60.0]]).axes[0].get_ylim() == pytest.approx((59.995, 60.005))


def test_tau_counts_pairs_in_order_less_pairs_out_of_order():
    assert kendall_tau([1, 2, 3, 4], [1, 2, 4, 3]) == pytest.approx((5 - 1) / 6)
    assert kendall_tau([1, 2, 3], [9, 5, 1]) == -1.0


def test_ties_are_those_of_tau_b():
    assert kendall_tau([1, 2, 2, 3], [1, 2, 3, 4]) == pytest.approx(5 / math.sqrt(5 * 6))


@pytest.mark.parametrize(("a", "b"), [([1, 1, 1], [1, 2, 3]), ([1, 2, 3], [7, 7, 7])])
def test_a_constant_side_ranks_nothing(a, b):
    assert kendall_tau(a, b) == 0.0


@pytest.mark.filterwarnings("ignore")  # SciPy warns of samples without values
@pytest.mark.parametrize(("a", "b"), [([], []), ([1, math.nan, 3], [1, 2, 3])])
def test_no_value_or_one_that_is_no_number_has_no_tau(a, b):
    assert math.isnan(kendall_tau(a, b))


def test_a_prediction_has_the_tau_of_predicted_and_measured():
    assert Prediction(4, [4, 5, 6], [1.0, 2.0, 3.0], [1.0, 3.0, 2.0]).tau == pytest.approx(1 / 3)
