"""One run: what its plugins see of it, and which of its evaluations are under way."""

import logging

import attrs
import numpy as np
import pytest
import toy
from sessions import run_of

from nasplug.engine.run import ActiveRun, TrialsInFlight
from nasplug.types import Evaluation, Objective, Trial


def trial(accuracy=50.0, state="complete", **metrics):
    evaluation = None if state == "failed" else Evaluation(accuracy, 1.0, metrics)
    return Trial(0, toy.architecture(0, 0, 0), state, evaluation, None, "search", 0.0, 0.0)


def test_plugins_see_the_settings_of_the_run():
    run = run_of(seed=4, budget=9, batch=3, workers=2, timeout=5.0, device="toyphone", latency=(1.0, 99.0))
    assert (run.seed, run.budget, run.batch, run.workers, run.timeout) == (4, 9, 3, 2, 5.0)
    assert (run.device, run.latency_window, run.middleware) == ("toyphone", (1.0, 99.0), ["processes"])


def test_the_run_shows_its_settings_to_plugins():
    run = run_of(seed=3, budget=4, batch=2, device="toyphone", latency=(1.0, 99.0), middleware=["cache"])
    assert (run.seed, run.budget, run.batch, run.device) == (3, 4, 2, "toyphone")
    assert (run.latency_window, run.middleware, run.name) == ((1.0, 99.0), ["cache"], "ToySpace-toy:Grid-3")
    assert isinstance(run, ActiveRun)
    assert isinstance(run.rng, np.random.Generator)


def test_a_stopped_run_keeps_the_first_reason():
    run = run_of()
    run.stop("enough")
    run.stop("more than enough")
    assert run.stop_reason == "enough"


def test_what_remains_is_what_may_still_be_suggested():
    run = run_of(budget=9)
    run.suggested = 4
    assert run.remaining == 5
    assert run_of(max_cost=1.0).remaining is None


def test_plugins_see_objectives_and_limits_and_judge_trials_by_them():
    run = run_of(objectives=["loss", "accuracy"], limits=["accuracy>=20"])
    assert [objective.name for objective in run.objectives] == ["loss", "accuracy"]
    assert run.objectives[0] == Objective("loss", direction="min")
    assert run.limits == ["accuracy>=20"]
    assert run.values(trial(50.0, loss=0.2)) == (0.2, 50.0)
    assert run.score(trial(50.0, loss=0.2)) == -0.2


@pytest.mark.parametrize(("state", "feasible"), [("complete", True), ("infeasible", False), ("failed", False)])
def test_a_trial_is_feasible_where_it_is_complete(state, feasible):
    assert run_of().feasible(trial(state=state)) is feasible


def test_architectures_of_open_jobs_are_pending():
    run = run_of()
    run.open[3] = toy.job(0, 1, 2, number=3)
    assert run.pending == [toy.architecture(0, 1, 2)]


def test_a_run_that_has_grown_shows_the_budget_it_was_planned_with_and_says_so_once(caplog):
    run = run_of(budget=50)
    run.settings = attrs.evolve(run.settings, planned=25)
    run.suggested = 30
    with caplog.at_level(logging.INFO, "nasplug"):
        assert (run.budget, run.budget, run.remaining) == (25, 25, 20)
    told = "toy:Grid planned with a budget of 25 trials: what it derives from it stays, the run now goes on to 50."
    assert [record.message for record in caplog.records] == [told]


def test_a_run_that_was_planned_as_it_goes_on_says_nothing(caplog):
    with caplog.at_level(logging.INFO, "nasplug"):
        assert run_of(budget=50).budget == 50
    assert caplog.records == []


def test_a_trial_waits_works_and_leaves():
    trials = TrialsInFlight(waiting={1, 2, 3})
    trials.begin(1)
    assert (trials.waiting, trials.working, str(trials)) == ({2, 3}, {1}, "1 running, 2 waiting")
    trials.end(1)
    assert (trials.working, str(trials)) == (set(), "0 running, 2 waiting")


def test_what_a_cluster_has_no_room_for_counts_as_waiting():
    trials = TrialsInFlight(waiting={4}, working={1, 2, 3}, queued={"a", "b"})
    assert str(trials) == "1 running, 3 waiting"
    trials.working.clear()
    assert str(trials) == "0 running, 3 waiting"
