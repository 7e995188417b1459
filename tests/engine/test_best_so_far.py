"""The best of a run that goes on."""

import toy

from nasplug.engine.best_so_far import BestSoFar
from nasplug.engine.objectives import DEFAULT_GOAL
from nasplug.types import Evaluation, Trial


def texts(*trials):
    best, said = BestSoFar(), []
    for number, (purpose, code, accuracy) in enumerate(trials):
        architecture = toy.architecture(0, 0, code)
        evaluation = None if accuracy is None else Evaluation(accuracy, 1.0)
        state = "complete" if evaluation else "failed"
        best.add(DEFAULT_GOAL, Trial(number, architecture, state, evaluation, None, purpose, 0.0, 1.0))
        said.append(best.text(DEFAULT_GOAL))
    return said


def test_it_is_the_incumbent_and_has_an_error_where_it_was_trained_twice():
    assert texts(("search", 0, None), ("search", 1, 50.0), ("search", 2, 40.0), ("search", 1, 48.0)) == [
        "none complete yet", "best 50.00 %", "best 50.00 %", "best 50.00 ± 1.41 %",
    ]  # fmt: skip


def test_it_is_the_best_confirmed_mean_as_soon_as_one_is_confirmed():
    assert texts(("search", 1, 50.0), ("search", 2, 48.0), ("confirm", 1, 40.0), ("confirm", 2, 50.0))[2:] == [
        "best confirmed 45.00 ± 5.00 %", "best confirmed 49.00 ± 1.00 %",
    ]  # fmt: skip


def test_final_evaluations_do_not_count():
    assert texts(("search", 1, 50.0), ("final", 1, 90.0))[1] == "best 50.00 %"
