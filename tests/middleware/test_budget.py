"""The budget middleware ends a search by cost, time or success, and keeps what has begun."""

import threading
from itertools import pairwise
from types import SimpleNamespace

import pytest
import toy

import nasplug
from nasplug import Evaluation, Objective, Trial, hookimpl
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.errors import OptionError
from nasplug.middleware import budget as module
from nasplug.middleware.budget import Budget


@pytest.mark.parametrize(
    ("bound", "trials", "reason"),
    [
        ("max_cost=5", 3, "the trials cost 6 s of training, the bound is 5 s"),
        ("target=95", 64, "trial 63 reached 95."),
        ("max_seconds=0.2", None, "the search has lasted 0.2 s"),
    ],
)
def test_each_bound_ends_the_search_with_its_reason(bound, trials, reason):
    space = toy.ToySpace(seconds=0.05 if "seconds" in bound else 0.0)
    result = nasplug.search(space, "toy:Grid", budget=1000, middleware=[f"budget:{bound}"])
    searched = [trial for trial in result.trials if trial.purpose == "search"]
    assert reason in result.reason
    assert len(searched) == trials or (trials is None and 2 <= len(searched) <= 5)
    assert result.best.test is not None


@pytest.fixture
def clock(monkeypatch):
    """The clock of the budget, which stands until a test moves it."""
    standing = SimpleNamespace(now=100.0)
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: standing.now))
    return standing


def test_what_a_resume_replays_does_not_count_as_search(tmp_path, clock):
    class Thinks(toy.Grid):
        """Takes its time to suggest, also what a resumed run replays."""

        @hookimpl
        def suggest(self, run, count):
            clock.now += 0.02
            return super().suggest(run, count)

    bound = {"budget": 60, "middleware": ["budget:max_seconds=0.1"]}
    stored = {"storage": f"{tmp_path}/runs.db", "name": "thinks"}
    counts = [len(nasplug.search(toy.ToySpace(), Thinks(), resume=bool(i), **bound, **stored).trials) for i in range(4)]
    assert all(more >= fewer + 4 for fewer, more in pairwise(counts)), counts


class Listener:
    """Stands in for a run, and keeps the reasons for which it should stop."""

    def __init__(self, replaying=False, goal=DEFAULT_GOAL):
        self.replaying, self.reasons = replaying, []
        self.objectives, self.score = goal.objectives, goal.score

    def stop(self, reason):
        self.reasons.append(reason)


def trial(accuracy=50.0, cost=2.0, purpose="search", state=None):
    evaluation = None if accuracy is None else Evaluation(accuracy, cost)
    state = state or ("complete" if evaluation else "failed")
    return Trial(7, toy.architecture(0, 0, 0), state, evaluation, None, purpose, 0.0, 0.0)


def reasons(*trials, goal=DEFAULT_GOAL, **options):
    budget, run = Budget(**options), Listener(goal=goal)
    budget.on_start()
    for each in trials:
        budget.on_trial(run, each)
    return run.reasons


def test_a_search_ends_where_its_cost_is_the_bound_exactly():
    assert reasons(trial(), trial(cost=1.9), max_cost=4.0) == []
    assert reasons(trial(), trial(), max_cost=4.0) == ["the trials cost 4 s of training, the bound is 4 s"]
    assert reasons(trial(), trial(), max_cost=4.1) == []


def test_a_search_ends_where_an_accuracy_is_the_target_exactly():
    assert reasons(trial(89.9), target=90.0) == []
    assert reasons(trial(90.0), target=90.0) == ["trial 7 reached 90.00 %, the target is 90 %"]


def test_a_target_of_another_objective_is_reached_in_its_direction():
    perplexity = Goal.of((), (), Objective("perplexity", direction="min"))
    assert reasons(trial(31.0), goal=perplexity, target=30.0) == []
    assert reasons(trial(29.5), goal=perplexity, target=30.0) == ["trial 7 reached 29.50, the target is 30"]


def test_a_trial_that_breaks_a_limit_reaches_no_target():
    assert reasons(trial(95.0, state="infeasible"), target=90.0) == []


def test_a_search_ends_where_its_time_is_the_bound_exactly(clock):
    budget, run = Budget(max_seconds=8.0), Listener()
    budget.on_start()
    clock.now += 7.9
    budget.on_trial(run, trial())
    assert run.reasons == []
    clock.now = 108.0
    budget.on_trial(run, trial())
    assert run.reasons == ["the search has lasted 8 s"]


def test_the_final_evaluation_counts_for_no_bound(clock):
    budget, run = Budget(max_cost=3.0, max_seconds=1.0, target=10.0), Listener()
    budget.on_start()
    clock.now += 60.0
    budget.on_trial(run, trial(cost=9.0, purpose="final"))
    assert run.reasons == []
    assert reasons(trial(), trial(purpose="final"), max_cost=3.0) == []


def test_a_failed_trial_costs_nothing_and_reaches_no_target():
    assert reasons(trial(None), trial(None), max_cost=1.0, target=10.0) == []


def test_without_bounds_nothing_ends(clock):
    budget, run = Budget(), Listener()
    budget.on_start()
    clock.now += 1e9
    budget.on_trial(run, trial(100.0, 1e9))
    assert run.reasons == []


def test_another_run_begins_at_zero(clock):
    budget, run = Budget(max_cost=4.0, max_seconds=8.0), Listener()
    for _ in range(3):
        budget.on_start()
        budget.on_trial(run, trial(cost=3.0))
        clock.now += 9.0
    assert run.reasons == []


def test_what_is_replayed_costs_what_it_has_cost_but_takes_no_time(clock):
    budget, run = Budget(max_cost=4.0, max_seconds=8.0), Listener(replaying=True)
    budget.on_start()
    clock.now += 9.0
    budget.on_trial(run, trial())
    assert run.reasons == []
    budget.on_trial(run, trial())
    assert run.reasons == ["the trials cost 4 s of training, the bound is 4 s"]


@pytest.mark.parametrize("batch", [2, 4, 50])
def test_a_bound_that_is_reached_inside_a_batch_pays_for_no_more_of_it(batch):
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=1000, batch=batch, middleware=["budget:max_cost=3"])
    assert [(trial.purpose, trial.number) for trial in result.trials] == [
        ("search", 0),
        ("search", 1),
        ("final", batch),
    ]


def test_evaluations_that_have_begun_are_kept():
    has_begun, is_told = threading.Event(), threading.Event()

    class Overlapping(toy.ToySpace):
        """The first evaluation ends when the second has begun, the second when the first is told."""

        @hookimpl
        def evaluate(self, architecture, purpose, epochs, seed):
            if architecture.code == (0, 0, 1):
                has_begun.set()
            assert (is_told if architecture.code == (0, 0, 1) else has_begun).wait(60)
            return super().evaluate(architecture, purpose, epochs, seed)

        @hookimpl
        def on_trial(self):
            is_told.set()

    result = nasplug.search(Overlapping(), "toy:Grid", budget=1000, batch=16, workers=2, max_cost=1.0)
    assert [trial.number for trial in result.trials if trial.purpose == "search"] == [0, 1]


@pytest.mark.parametrize("bound", ["max_cost", "max_seconds"])
def test_a_bound_must_be_positive(bound):
    with pytest.raises(OptionError, match=f"'{bound}' must be > 0"):
        nasplug.search(toy.ToySpace(), "toy:Grid", middleware=[f"budget:{bound}=0"])
