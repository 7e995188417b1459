"""What a search found: the incumbent, its final evaluation, and the rows that are printed."""

import toy

from nasplug.engine.result import Result, best_of, incumbent, incumbents, rows
from nasplug.types import Evaluation, Trial


def trial(number, accuracy, purpose="search", code=(0, 0, 0), **evaluation):
    answer = None if accuracy is None else Evaluation(accuracy, **{"cost": 2.0} | evaluation)
    state, error = ("complete", None) if answer else ("failed", "lost")
    return Trial(number, toy.architecture(*code), state, answer, error, purpose, 1.0, 2.0, "c", 9.0)


def test_of_equal_trials_the_earliest_is_the_incumbent():
    trials = [trial(2, 90.0), trial(0, 80.0), trial(1, 90.0)]
    assert incumbent(trials).number == 1


def test_failed_and_final_trials_are_never_the_incumbent():
    trials = [trial(0, None), trial(1, 70.0), trial(2, 99.0, "final")]
    assert incumbent(trials).number == 1
    assert incumbent(trials[:1]) is None


def test_an_accuracy_of_zero_is_better_than_none():
    assert incumbent([trial(0, 0.0)]).number == 0
    assert incumbent([trial(0, 0.0), trial(1, 0.5)]).number == 1


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


def test_the_summary_counts_search_trials_alone():
    trials = [trial(0, 80.0), trial(1, None), trial(2, 82.0, "final", cost=100.0)]
    best = {"architecture": "toy:0,0,0", "validation": 80.0, "test": 82.0, "source": "trained", "latency": 9.0}
    assert Result("run", "toy", "random", 3, trials, "url").summary() == {
        "run": "run", "space": "toy", "strategy": "random", "seed": 3, "trials": 2, "failed": 1, "cost": 2.0,
        "storage": "url", "best": best | {"metrics": {}},
    }  # fmt: skip
    assert Result("run", "toy", "random", 3, []).summary()["best"] is None


def test_a_row_has_the_fixed_columns_then_the_metrics():
    complete, failed = rows([trial(0, 80.0, metrics={"loss": 0.5, "number": 7}), trial(1, None)])
    assert list(complete) == [
        "number", "architecture", "canonical", "state", "purpose", "accuracy", "cost", "source", "error", "latency",
        "started", "finished", "loss",
    ]  # fmt: skip
    assert (complete["number"], complete["loss"], complete["cost"]) == (0, 0.5, 2.0)
    assert (failed["accuracy"], failed["cost"], failed["source"], failed["error"]) == (None, None, None, "lost")


def test_a_result_is_shown_as_one_line():
    trials = [trial(0, None), trial(1, 70.0, code=(1, 2, 0)), trial(2, 60.0)] + [trial(n, 50.0) for n in range(3, 500)]
    result = Result("r", "toy", "grid", 0, [*trials, trial(500, 68.0, "final", (1, 2, 0))], "sqlite:///x.db", "budget")
    assert repr(result) == str(result) == "<Result toy × grid, run 'r': 500 trials, 1 failed, best 70.00 % toy:1,2,0>"
    assert repr(Result("r", "toy", "grid", 0, [])) == "<Result toy × grid, run 'r': 0 trials, none complete>"
