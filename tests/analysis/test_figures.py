"""What the figures show, and Kendall's τ of the predictions in them."""

import math

import attrs
import numpy as np
import pytest
from trials_table import table

from nasplug.analysis.curves import curves
from nasplug.analysis.figures import (
    Prediction,
    comparison_figure,
    front_figure,
    frontier_figure,
    hypervolume_figure,
    incumbent_figure,
    kendall_tau,
    latency_figure,
    prediction_figure,
)
from nasplug.analysis.rendering import COLOURS
from nasplug.engine.objectives import Goal
from nasplug.errors import StorageError
from nasplug.types import Architecture, Evaluation, Objective, Trial


def trials(*accuracies):
    """Returns one search trial for each accuracy, a failed one for 0; each is a millisecond faster than the last."""
    made = []
    for number, accuracy in enumerate(accuracies):
        state, error = ("complete", None) if accuracy else ("failed", "lost")
        evaluation = Evaluation(accuracy, 1.0) if accuracy else None
        architecture = Architecture("toy", (number,))
        made.append(Trial(number, architecture, state, evaluation, error, "search", 0.0, 1.0, latency=10.0 - number))
    return made


PERPLEXITY = Goal.of([], [], Objective("perplexity", direction="min"))
F1 = Goal.of(["f1", "accuracy"], [])


def with_f1(trials, *values):
    pairs = zip(trials, values, strict=True)
    return [attrs.evolve(t, evaluation=attrs.evolve(t.evaluation, metrics={"f1": f1})) for t, f1 in pairs]


def infeasible(trial):
    return attrs.evolve(trial, state="infeasible", error="size is 9, the limit size<=5")


def corner(figure):
    """Returns where the legend of a figure is: 1 is upper right, 2 upper left, 3 lower left, 4 lower right."""
    return figure.axes[0].get_legend()._loc


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


def test_the_incumbent_goes_down_where_less_is_better_and_the_axis_says_what_it_is():
    figure = incumbent_figure({"a": trials(90.0, 120.0, 40.0)}, "", PERPLEXITY)
    assert points(figure.axes[0].lines[0]) == [(1, 90.0), (2, 90.0), (3, 40.0)]
    assert figure.axes[0].get_ylabel() == "validation perplexity of the incumbent"
    assert (corner(figure), corner(incumbent_figure({"a": trials(50.0)}, ""))) == (1, 4)


def test_a_run_in_which_nothing_is_feasible_has_no_incumbent_and_no_front():
    searched = {"a": [infeasible(trial) for trial in trials(50.0, 60.0)]}
    for figure in (incumbent_figure, latency_figure):
        with pytest.raises(
            StorageError, match=r"The run 'a' has nothing to plot: no trial keeps the limits\. The first"
        ):
            figure(searched, "")


def test_two_objectives_of_which_more_is_better_are_a_front_that_falls_to_the_right():
    searched = with_f1(trials(50.0, 60.0, 70.0, 40.0), 0.9, 0.8, 0.7, 0.6)
    figure = front_figure({"a": searched}, "", F1)
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel(), corner(figure)) == ("validation accuracy (%)", "validation f1", 3)
    assert points(axes.lines[0]) == [(70.0, 0.7), (60.0, 0.8), (50.0, 0.9)]
    assert axes.lines[0].get_drawstyle() == "steps-post"  # from the right: each point reaches as far as the next one


def test_without_a_second_objective_the_front_is_that_of_latency():
    figure = front_figure({"a": trials(50.0, 40.0)}, "", PERPLEXITY)
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel(), corner(figure)) == ("latency (ms)", "validation perplexity", 1)
    assert points(axes.lines[0]) == [(9.0, 40.0)]


def test_what_breaks_a_limit_is_drawn_apart_and_is_on_no_front():
    fast, slow = trials(99.0, 50.0)
    figure = latency_figure({"a": [infeasible(fast), slow]}, "")
    shown, broken = figure.axes[0].collections
    assert (shown.get_offsets().tolist(), broken.get_offsets().tolist()) == ([[9.0, 50.0]], [[10.0, 99.0]])
    assert legend(figure) == ["a, breaks a limit", "a"]
    assert points(figure.axes[0].lines[0]) == [(9.0, 50.0)]


def test_the_front_of_three_objectives_has_no_line():
    searched = with_f1(trials(50.0, 60.0), 0.9, 0.8)
    figure = front_figure({"a": searched}, "", Goal.of(["f1", "accuracy", "latency"], []))
    assert figure.axes[0].lines[0].get_linestyle() == "None"


def test_the_hypervolume_of_two_objectives_has_their_units():
    figure = hypervolume_figure({"a": with_f1(trials(50.0, 60.0), 0.5, 0.6)}, "", F1)
    assert figure.axes[0].get_ylabel() == "hypervolume (f1 × %)"
    assert points(figure.axes[0].lines[0]) == [(1, 0.0), (2, pytest.approx(1.0))]


def test_a_run_without_one_of_two_objectives_is_refused():
    with pytest.raises(StorageError, match="'a' has no complete trial with accuracy and f1"):
        front_figure({"a": trials(50.0)}, "", F1)


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


def test_predictions_of_another_objective_are_called_so():
    axes = prediction_figure({"run": Prediction(0, [0], [50.0], [55.0])}, "", PERPLEXITY).axes[0]
    labels = axes.get_xlabel(), axes.get_ylabel()
    assert labels == ("predicted validation perplexity", "measured validation perplexity")


def test_a_frontier_of_another_objective_is_called_so():
    points_shown = [(1.0, 50.0)]
    figure = frontier_figure(points_shown, points_shown, [], [], "phone", PERPLEXITY.objective)
    assert figure.axes[0].get_ylabel() == "perplexity"


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


def compared_by(objective, **reported):
    strategies = curves(table(**reported), objective)
    return comparison_figure(strategies, {c.strategy: c.strategy for c in strategies}, "", "test it")


def test_a_comparison_of_which_less_is_better_ends_above_its_worst_beginning_and_below_its_best_end():
    figure = compared_by(Objective("perplexity", direction="min"), a=[[300.0, *[90.0] * 20, 40.0]])
    assert figure.axes[0].get_ylim() == pytest.approx((40.0 - 0.05 * 50.0, 90.0 + 0.05 * 50.0))
    assert figure.axes[0].get_ylabel() == "test it\nof the incumbent"
    assert (corner(figure), corner(compared(a=[[50.0]]))) == (1, 4)


def test_the_vertical_axis_of_a_comparison_ends_at_the_bounds_of_the_objective():
    assert compared_by(Objective("F1", low=0.0, high=1.0), a=[[0.5, 0.99]]).axes[0].get_ylim()[1] == 1.0
    assert compared_by(Objective("p", direction="min", low=1.0), a=[[50.0, 1.1]]).axes[0].get_ylim()[0] == 1.0
    low, high = compared_by(Objective("F1"), a=[[0.5, 0.5]]).axes[0].get_ylim()
    assert (low, high) == pytest.approx((0.5 - 2.5e-5, 0.5 + 2.5e-5))  # a thousandth of the value, and so on


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
