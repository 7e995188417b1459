"""What a search found: the best with its final evaluation, the frontier, and the rows that are printed."""

import attrs
import toy
from hypothesis import given
from hypothesis import strategies as st

from nasplug.engine.objectives import Goal
from nasplug.engine.result import COLUMNS, Result, best_of, incumbents, metric_of, rows, why_infeasible
from nasplug.types import Evaluation, Objective, Trial


def trial(number, accuracy, purpose="search", code=(0, 0, 0), **evaluation):
    answer = None if accuracy is None else Evaluation(accuracy, **{"cost": 2.0} | evaluation)
    state, error = ("complete", None) if answer else ("failed", "lost")
    return Trial(number, toy.architecture(*code), state, answer, error, purpose, 1.0, 2.0, "c", 9.0)


def test_the_incumbent_after_each_search_trial():
    trials = [trial(0, None), trial(1, 70.0), trial(2, 60.0), trial(3, 80.0), trial(4, 99.0, "final"), trial(5, 80.0)]
    assert [best and best.number for best in incumbents(trials)] == [None, 1, 1, 3, 3]


def test_the_best_is_reported_with_its_own_latest_final_evaluation():
    trials = [
        trial(0, 80.0, code=(1, 1, 1), source="first"),
        trial(1, 90.0, code=(2, 2, 2), source="search", metrics={"m": 1}),
        trial(2, 70.0, "final", code=(1, 1, 1)),
        trial(3, 85.0, "final", code=(2, 2, 2)),
        trial(4, 86.0, "final", code=(2, 2, 2), source="final", metrics={"m": 2}),
        trial(5, 60.0, code=(2, 2, 2)),
    ]
    best = best_of(trials)
    assert (best.architecture.code, best.validation, best.test, best.latency) == ((2, 2, 2), 90.0, 86.0, 9.0)
    assert (best.metrics, best.source) == ({"m": 2.0}, "final")


def test_without_a_final_evaluation_there_is_no_test_accuracy():
    best = best_of([trial(0, 80.0, source="search", metrics={"m": 1}), trial(1, None, "final")])
    assert (best.test, best.source, best.metrics) == (None, "search", {"m": 1.0})
    assert best_of([]) is None


def test_the_best_by_another_figure_has_the_accuracy_among_its_metrics():
    trials = [trial(0, 80.0, metrics={"f1": 0.5}), trial(1, 82.0, "final", metrics={"f1": 0.6})]
    assert best_of(trials, Goal.of(["f1"], [])).metrics == {"accuracy": 82.0, "f1": 0.6}
    assert best_of(trials).metrics == {"f1": 0.6}


def test_the_summary_counts_search_trials_alone():
    trials = [trial(0, 80.0), trial(1, None), trial(2, 82.0, "final", cost=100.0)]
    best = {"architecture": "toy:0,0,0", "validation": 80.0, "test": 82.0, "source": "trained", "latency": 9.0}
    chosen = {"standard_error": None, "trainings": 1, "chosen_by": "accuracy in one trial, the best of 1"}
    assert Result("run", "toy", "random", 3, trials, "url").summary() == {
        "run": "run", "space": "toy", "strategy": "random", "seed": 3, "trials": 2, "failed": 1, "infeasible": 0,
        "cost": 2.0, "storage": "url", "best": best | {"metrics": {}} | chosen,
    }  # fmt: skip
    assert Result("run", "toy", "random", 3, []).summary()["best"] is None


def test_a_row_has_the_fixed_columns_then_the_metrics():
    complete, failed = rows([trial(0, 80.0, metrics={"loss": 0.5}), trial(1, None)])
    assert list(complete) == [
        "number", "architecture", "canonical", "state", "purpose", "accuracy", "cost", "source", "error", "latency",
        "started", "finished", "epochs", "continues", "loss",
    ]  # fmt: skip
    assert (complete["number"], complete["loss"], complete["cost"]) == (0, 0.5, 2.0)
    assert (failed["accuracy"], failed["cost"], failed["source"], failed["error"]) == (None, None, None, "lost")


def test_the_front_of_a_result_is_that_of_its_goal():
    goal = Goal.of(["accuracy", "loss"], [])
    trials = [trial(0, 80.0, metrics={"loss": 0.5}), trial(1, 70.0, code=(1, 1, 1), metrics={"loss": 0.4})]
    assert [t.number for t in Result("run", "toy", "random", 3, trials, goal=goal).front] == [0]
    apart = [attrs.evolve(t, canonical=str(t.architecture)) for t in trials]
    assert [t.number for t in Result("run", "toy", "random", 3, apart, goal=goal).front] == [0, 1]


def test_a_result_is_best_by_its_own_objective():
    trials = [trial(0, 80.0, metrics={"loss": 0.5}), trial(1, 70.0, code=(1, 1, 1), metrics={"loss": 0.4})]
    final = trial(2, 68.0, "final", code=(1, 1, 1), metrics={"loss": 0.45})
    best = Result("run", "toy", "random", 3, [*trials, final], goal=Goal.of(["loss", "accuracy"], [])).best
    assert (best.architecture.code, best.validation, best.test) == ((1, 1, 1), 0.4, 0.45)
    assert best.document()["objectives"] == {"loss": 0.4, "accuracy": 70.0}


def test_the_accuracy_alone_is_no_further_objective_of_the_best():
    assert "objectives" not in best_of([trial(0, 80.0)]).document()
    perplexity = Goal.of([], [], Objective("perplexity", direction="min"))
    assert best_of([trial(0, 80.0)], perplexity).document()["objectives"] == {"perplexity": 80.0}


def infeasible(number, code=(0, 0, 0), purpose="search", **metrics):
    return attrs.evolve(
        trial(number, 99.0, purpose, code, metrics=metrics), state="infeasible", error="size is 9, the limit size<=5"
    )


def test_infeasible_trials_are_counted_apart_and_what_they_have_cost_counts():
    summary = Result("run", "toy", "random", 3, [trial(0, 80.0), infeasible(1), trial(2, None)]).summary()
    assert (summary["trials"], summary["failed"], summary["infeasible"], summary["cost"]) == (3, 1, 1, 4.0)
    assert summary["best"]["validation"] == 80.0


def test_a_final_evaluation_that_breaks_a_limit_is_reported_with_the_limit():
    best = best_of([trial(0, 80.0), infeasible(1, purpose="final")])
    assert (best.test, best.breaks) == (99.0, "size is 9, the limit size<=5")
    assert best.document()["breaks"] == best.breaks


def test_several_objectives_are_summed_up_by_their_front_with_its_final_evaluations():
    goal = Goal.of(["accuracy", "loss"], [])
    searched = [trial(i, 80.0 - i, code=(i, 0, 0), metrics={"loss": 0.5 - i / 10}) for i in range(2)]
    trials = [attrs.evolve(t, canonical=str(t.number)) for t in searched]
    final = trial(2, 78.0, "final", metrics={"loss": 0.6}, source="final")
    assert Result("run", "toy", "random", 3, [*trials, final], goal=goal).summary()["front"] == [
        {
            "architecture": "toy:0,0,0", "trial": 0, "objectives": {"accuracy": 80.0, "loss": 0.5}, "test": 78.0,
            "source": "final",
        },
        {
            "architecture": "toy:1,0,0", "trial": 1, "objectives": {"accuracy": 79.0, "loss": 0.4}, "test": None,
            "source": "trained",
        },
    ]  # fmt: skip
    assert "front" not in Result("run", "toy", "random", 3, trials).summary()


def test_where_nothing_is_feasible_the_nearest_is_named_with_what_it_breaks():
    goal = Goal.of([], ["size<=5", "f1>=0.5"])
    trials = [infeasible(0, size=9.0, f1=0.6), infeasible(1, (1, 0, 0), size=6.0, f1=0.4567), trial(2, None)]
    assert why_infeasible(trials, goal) == (
        "no trial keeps the limits size<=5 and f1>=0.5: the nearest is toy:1,0,0 (trial 1) with size 6.00 and f1 0.4567"
    )
    assert why_infeasible([*trials, trial(3, 70.0)], goal) is None
    assert why_infeasible([trial(0, None)], goal) is None


def test_where_the_nearest_is_not_known_the_first_is_told():
    assert why_infeasible([infeasible(0)], Goal.of([], [])) == (
        "no trial keeps the limits. The first: size is 9, the limit size<=5"
    )


def test_a_trial_that_was_not_paid_for_has_a_column_for_what_was_measured():
    unpaid = attrs.evolve(infeasible(0), evaluation=None, measured={"parameters": 7.0})
    [row] = rows([unpaid])
    assert (row["state"], row["accuracy"], row["parameters"]) == ("infeasible", None, 7.0)


@given(
    st.dictionaries(st.sampled_from([*COLUMNS, "loss", "metric.state", "metric.metric.state"]) | st.text(), st.floats())
)
def test_every_metric_has_a_column_of_its_own_whatever_it_is_called(metrics):
    [row] = rows([trial(0, 80.0, metrics=metrics)], taken=["strategy"])
    [bare] = rows([trial(0, 80.0)])
    assert {name: row[name] for name in COLUMNS} == bare
    found = {metric_of(column): value for column, value in row.items() if column not in COLUMNS}
    assert repr(sorted(found.items())) == repr(sorted(metrics.items()))  # NaN is not itself


def test_a_metric_gives_way_to_the_columns_that_the_caller_adds():
    [row] = rows([trial(0, 80.0, metrics={"strategy": 1.0})], taken=["strategy"])
    assert ("strategy" in row, row["metric.strategy"]) == (False, 1.0)


def test_a_result_of_many_trials_is_shown_in_one_line():
    result = Result("run", "toy", "grid", 0, [trial(number, 80.0 + number % 10) for number in range(500)])
    assert repr(result) == "<Result run: toy × grid, 500 trials, best 89>"


def test_the_final_evaluation_of_another_architecture_says_nothing_of_the_best():
    other = trial(2, 99.0, purpose="final", code=(3, 3, 3))  # as of an incumbent that a grown run has overtaken
    assert best_of([trial(0, 80.0), trial(1, 70.0, code=(3, 3, 3)), other]).test is None
