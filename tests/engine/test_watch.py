"""What a user should know early: everything fails, accuracies are shares, nothing is inside the limits."""

import logging

import pytest
import toy
from sessions import run_of

import nasplug
from nasplug import Objective, hookimpl
from nasplug.engine import watch
from nasplug.engine.objectives import Goal
from nasplug.engine.watch import FailureWatch, LimitWatch, PercentWatch
from nasplug.types import Evaluation, Trial


def trial(state="complete", accuracy=50.0, error="RuntimeError: no batteries\nTraceback"):
    evaluation = None if state in ("failed", "refused") else Evaluation(accuracy, 1.0)
    state, error = ("infeasible" if state == "refused" else state), None if state == "complete" else error
    return Trial(0, toy.architecture(0, 0, 0), state, evaluation, error, "search", 0.0, 0.0)


def stopped(kind, *states, replayed=(), **request):
    """Returns why a watch has stopped a run that had these trials; None where it did not."""
    run = run_of(**request)
    watches = kind(run)
    for is_replayed, each in [*((True, state) for state in replayed), *((False, state) for state in states)]:
        run.replaying = is_replayed
        watches(trial(each))
    return run.stop_reason


F, C, R = "failed", "complete", "refused"


# ---------------------------------------------------------------------- failures


@pytest.mark.parametrize("states", [[F] * 5, [R, F, R, F, F, R, F, F]])
def test_the_first_five_failures_in_a_row_end_a_run(states):
    assert stopped(FailureWatch, *states) == (
        "5 trials in a row failed, the last with RuntimeError: no batteries. Mend the cause and go on with --resume, "
        "or allow more with --max-failures"
    )


@pytest.mark.parametrize("states", [[F] * 4, [C, *[F] * 50], [*[F] * 4, C, *[F] * 50], ["infeasible", *[F] * 50]])
def test_later_failures_end_nothing(states):
    assert stopped(FailureWatch, *states) is None


@pytest.mark.parametrize(
    ("states", "ends"),
    [([F, F], False), ([F, F, F], True), ([C, F, F, F], True), ([F, F, C, F, F], False), ([F, R, F, F], True)],
)
def test_max_failures_in_a_row_end_a_run_at_any_time(states, ends):
    assert (stopped(FailureWatch, *states, max_failures=3) is not None) is ends


def test_more_failures_may_be_allowed():
    assert stopped(FailureWatch, *[F] * 9, max_failures=10) is None


@pytest.mark.parametrize(
    ("replayed", "states", "ends"),
    [
        ([F] * 5, [], False),  # that was said when they were new
        ([F] * 5, [F], True),
        ([F] * 4, [F], True),
        ([C], [F] * 50, False),
        ([F] * 5, [C, F, F, F, F, F], False),
    ],
)
def test_stored_trials_of_a_run_that_is_resumed_count_as_well(replayed, states, ends):
    assert (stopped(FailureWatch, *states, replayed=replayed) is not None) is ends


def test_a_run_whose_every_evaluation_fails_is_not_paid_to_its_end(tmp_path):
    calls = tmp_path / "calls"
    result = nasplug.search(toy.ToySpace(value=float("nan"), calls=calls), "toy:Grid", budget=1000)
    assert len(calls.read_text().splitlines()) == len(result.trials) == 5
    assert result.reason.startswith("5 trials in a row failed, the last with ValueError: accuracy must be a finite")


# ---------------------------------------------------------------------- shares


def warnings(caplog, *accuracies, replayed=(), **request):
    run = run_of(**request)
    watches = PercentWatch(run)
    with caplog.at_level(logging.WARNING, "nasplug"):
        for is_replayed, each in [*((True, a) for a in replayed), *((False, a) for a in accuracies)]:
            run.replaying = is_replayed
            watches(trial("failed") if each is None else trial(accuracy=each))
    return [record.message for record in caplog.records]


def test_three_accuracies_of_at_most_one_look_like_shares(caplog):
    assert warnings(caplog, 0.5, 1.0, 0.93, 0.94) == [
        "The accuracies of the first 3 trials are at most 1, the last is 0.93. nasplug wants percent, 93 for 0.93: "
        "multiply by 100 in evaluate."
    ]


def test_failures_between_them_do_not_matter(caplog):
    assert len(warnings(caplog, None, 0.9, None, 0.9, None, 0.9)) == 1


@pytest.mark.parametrize("accuracies", [[0.9, 0.9], [0.9, 0.9, 1.1, 0.9], [0.0, 0.0, 0.0, 0.0], [10.0, 0.9, 0.9, 0.9]])
def test_accuracies_in_percent_do_not(caplog, accuracies):
    assert warnings(caplog, *accuracies) == []


def test_figures_that_are_not_in_percent_are_not_looked_at(caplog, monkeypatch):
    monkeypatch.setattr(Goal, "of", lambda *_: Goal(main=Objective("f1", low=0.0, high=1.0)))
    assert warnings(caplog, 0.9, 0.9, 0.9) == []


def test_a_resume_does_not_say_it_again_but_counts_on(caplog):
    assert warnings(caplog, 0.9, replayed=[0.9, 0.9, 0.9]) == []
    assert len(warnings(caplog, 0.9, replayed=[0.9, 0.9])) == 1


# ---------------------------------------------------------------------- limits


def test_a_thousand_refused_architectures_in_a_row_end_a_run():
    assert stopped(LimitWatch, *[R] * 999) is None
    assert stopped(LimitWatch, *[R] * 999, C, *[R] * 999) is None
    assert stopped(LimitWatch, *[R] * 999, "infeasible", *[R] * 999) is None  # which was paid for
    reason = stopped(LimitWatch, *[R] * 1000)
    assert reason.startswith("the last 1,000 architectures are outside of the limits: RuntimeError: no batteries")


def test_stored_ones_count_as_well():
    assert stopped(LimitWatch, replayed=[R] * 1000) is None
    assert stopped(LimitWatch, R, replayed=[R] * 1000) is not None


def test_a_search_without_a_budget_ends_where_its_limits_cannot_be_met(monkeypatch):
    monkeypatch.setattr(watch, "REFUSED_IN_A_ROW", 20)

    class Measured(toy.ToySpace):
        @hookimpl
        def measure(self):
            return {"parameters": 5e6}

    result = nasplug.search(Measured(), "toy:Climber", limits=["parameters<=4e6"], max_cost=1e9)
    assert len(result.trials) == 20
    assert "20 architectures are outside of the limits: not evaluated: parameters is 5e+06" in result.reason
    assert result.best is None
