"""What the values of an objective are called, on axes, in tables and in reports."""

import attrs
import pytest

from nasplug.analysis.labels import axis, best_lines, counts, limits_line, reported_name, searched_name
from nasplug.engine.objectives import Goal, parse_objective
from nasplug.engine.result import Best
from nasplug.types import ACCURACY, Architecture, Objective, Trial

PERPLEXITY = Objective("perplexity", direction="min")
BEST = Best(Architecture("toy", (1, 2)), 93.456, 92.0, 12.345, {}, "toy")


@pytest.mark.parametrize(
    ("objective", "searched", "reported", "of_an_axis"),
    [
        (ACCURACY, "validation accuracy", "test accuracy", "validation accuracy (%)"),
        (PERPLEXITY, "validation perplexity", "test perplexity", "validation perplexity"),
        (parse_objective("top_5"), "validation top 5", "test top 5", "validation top 5"),
        (parse_objective("latency"), "latency", "latency", "latency (ms)"),
        (parse_objective("multiply_adds"), "multiply adds", "multiply adds", "multiply adds"),
    ],
)
def test_only_what_depends_on_the_images_is_of_validation_or_test(objective, searched, reported, of_an_axis):
    assert (searched_name(objective), reported_name(objective), axis(objective)) == (searched, reported, of_an_axis)


@pytest.mark.parametrize(
    ("sources", "label"),
    [
        ([], "test accuracy"),
        (["training"], "test accuracy"),
        (["training", "surrogate of 2021", "surrogate"], "predicted validation accuracy (surrogate of 2021)"),
    ],
)
def test_an_accuracy_is_a_test_accuracy_unless_a_surrogate_predicts_it(sources, label):
    assert reported_name(ACCURACY, sources) == label


def test_the_best_has_a_line_for_what_is_searched_for_and_reported():
    assert best_lines(BEST) == [
        ("validation accuracy", "93.46 %"), ("test accuracy", "92.00 %"), ("latency", "12.35 ms"),
    ]  # fmt: skip
    other = attrs.evolve(BEST, validation=36.4, test=None, latency=None, objective=PERPLEXITY, source="surrogate")
    assert best_lines(other) == [
        ("validation perplexity", "36.40"), ("predicted validation perplexity (surrogate)", "not evaluated"),
    ]  # fmt: skip


def test_a_final_evaluation_that_breaks_a_limit_has_a_line():
    assert best_lines(attrs.evolve(BEST, breaks="size is 9"))[-1] == ("final evaluation", "breaks a limit: size is 9")


def test_limits_have_a_line_where_there_are_any():
    assert limits_line(Goal.of([], ["a<=4e6", "b>=1"])) == [("limits", "a<=4e+06, b>=1")]
    assert limits_line(Goal.of([], [])) == []


def test_infeasible_trials_are_counted_where_there_are_any():
    failed, infeasible = (
        Trial(0, BEST.architecture, state, None, "lost", "search", 0.0, 1.0) for state in ("failed", "infeasible")
    )
    assert counts([failed]) == "1, 1 failed"
    assert counts([failed, infeasible, infeasible]) == "3, 1 failed, 2 infeasible"
