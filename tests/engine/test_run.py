"""One run: what it asks of the strategy, and what it tells the plugins."""

import attrs
import numpy as np
import pytest
import toy

from nasplug import PluginError, hookimpl
from nasplug.engine.evaluation import derived_seed
from nasplug.engine.opening import prepare
from nasplug.engine.request import RunRequest
from nasplug.engine.run import ActiveRun, TrialsInFlight
from nasplug.types import Evaluation, Trial


def run_of(strategy="toy:Grid", **request):
    return prepare(RunRequest(toy.ToySpace(), strategy, **request))


def trial(number, purpose="search"):
    return Trial(number, toy.architecture(0, 0, 0), "complete", Evaluation(50.0, 1.0), None, purpose, 0.0, 0.0)


def test_jobs_are_numbered_through():
    run = run_of(budget=10)
    assert [job.number for job in [*run.ask(2), *run.ask(3)]] == [0, 1, 2, 3, 4]
    assert (run.next_number, run.issued, run.remaining) == (5, 5, 5)


def test_no_more_is_asked_than_the_budget_leaves():
    run = run_of(budget=3)
    assert len(run.ask(2)) == 2
    assert len(run.ask(2)) == 1
    assert run.stop_reason is None
    assert run.ask(2) == []
    assert run.stop_reason == "the budget of 3 trials is used"


def test_without_a_budget_the_strategy_is_asked_for_all_there_is_room_for():
    run = run_of(max_cost=1.0)
    assert (len(run.ask(5)), run.remaining, run.budget) == (5, None, None)


def test_a_stopped_run_asks_for_nothing_and_keeps_the_first_reason():
    run = run_of()
    run.stop("enough")
    run.stop("more than enough")
    assert (run.ask(2), run.stop_reason) == ([], "enough")


def test_every_job_has_a_training_seed_of_its_own_that_depends_on_the_runs():
    seeds = [[job.seed for job in run_of(seed=seed, budget=20).ask(20)] for seed in (0, 1)]
    assert len({*seeds[0], *seeds[1]}) == 40
    assert [job.seed for job in run_of(seed=0, budget=20).ask(20)] == seeds[0]
    assert seeds[0] == [derived_seed(0, number, 1) for number in range(20)]  # the stream of trials


class Drawing:
    """Suggests what the run's generator draws."""

    @hookimpl
    def suggest(self, run, count):
        return [run.hook.sample(rng=run.rng) for _ in range(count)]


def test_the_generator_of_a_trial_depends_on_seed_and_number_alone():
    def drawn(seed, *counts):
        run = run_of(Drawing(), seed=seed, budget=100)
        return [[job.architecture.code for job in run.ask(count)] for count in counts]

    assert drawn(0, 1, 1, 4)[2] == drawn(0, 2, 4)[1]  # trial 2 begins the same batch, whatever was asked before
    assert drawn(0, 4) != drawn(1, 4)
    assert drawn(0, 4, 4)[0] != drawn(0, 4, 4)[1]


def test_numbers_of_stored_final_trials_are_given_to_no_other():
    run = run_of()
    run.stored_finals = frozenset({0, 2})
    assert [job.number for job in run.ask(3)] == [1, 3, 4]


def test_a_job_knows_canonical_form_latency_and_whether_it_lies_inside_the_window():
    run = run_of(device="toyphone", latency=(11.0, 12.0))
    jobs = {code: run.job(toy.architecture(*code)) for code in [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)]}
    assert jobs[1, 0, 0].canonical == "toy:1,0,0"
    assert [job.latency for job in jobs.values()] == [10.0, 11.0, 12.0, 13.0]
    assert [bool(job.refused) for job in jobs.values()] == [True, False, False, True]
    assert jobs[3, 0, 0].refused == "not evaluated: 13.00 ms on toyphone is outside the window 11:12 ms"


def test_without_a_device_nothing_is_measured_and_without_a_window_nothing_refused():
    assert run_of().job(toy.architecture(0, 0, 0)).latency is None
    measured = run_of(device="toyphone").job(toy.architecture(0, 0, 0))
    assert (measured.latency, measured.refused, measured.purpose) == (10.0, None, "search")
    assert run_of().job(toy.architecture(0, 0, 0), "final").purpose == "final"


def test_plugins_see_the_settings_of_the_run():
    run = run_of(seed=4, budget=9, batch=3, workers=2, timeout=5.0, device="toyphone", latency=(1.0, 2.0))
    assert (run.seed, run.budget, run.batch, run.workers, run.timeout) == (4, 9, 3, 2, 5.0)
    assert (run.device, run.latency_window, run.middleware) == ("toyphone", (1.0, 2.0), ["processes"])


def test_plugins_hear_of_every_trial_and_the_run_keeps_those_of_the_search():
    numbers_and_counts = []

    @attrs.define(eq=False)
    class Listener:
        @hookimpl
        def on_trial(self, run, trial):
            numbers_and_counts.append((trial.number, len(run.trials)))

    run = run_of(observers=[Listener()])
    for finished in (trial(0), trial(1, "final"), trial(2)):
        run.tell(finished)
    assert numbers_and_counts == [(0, 1), (1, 1), (2, 2)]
    assert [trial.number for trial in run.trials] == [0, 2]


@pytest.mark.parametrize("count", [1, 3])
def test_more_suggestions_than_asked_for_are_refused(count):
    class Greedy:
        @hookimpl
        def suggest(self, count):
            return [toy.architecture(0, 0, 0)] * (count + 1)

    with pytest.raises(PluginError, match=f"at most {count} architectures and returned {count + 1}"):
        run_of(Greedy()).ask(count)


def test_the_run_shows_its_settings_to_plugins():
    run = run_of(seed=3, budget=4, batch=2, device="toyphone", latency=(1.0, 99.0), middleware=["cache"])
    assert (run.seed, run.budget, run.batch, run.device) == (3, 4, 2, "toyphone")
    assert (run.latency_window, run.middleware, run.name) == ((1.0, 99.0), ["cache"], "ToySpace-toy:Grid-3")
    assert isinstance(run, ActiveRun)
    assert isinstance(run.rng, np.random.Generator)


def test_a_trial_waits_works_and_leaves():
    trials = TrialsInFlight(waiting={1, 2, 3})
    with trials.evaluating(1):
        assert (trials.waiting, trials.working, str(trials)) == ({2, 3}, {1}, "1 running, 2 waiting")
    assert (trials.working, str(trials)) == (set(), "0 running, 2 waiting")


def test_a_trial_leaves_also_where_its_evaluation_raises():
    trials = TrialsInFlight()
    with pytest.raises(RuntimeError), trials.evaluating(1):
        raise RuntimeError
    assert trials.working == set()


def test_what_a_cluster_has_no_room_for_counts_as_waiting():
    trials = TrialsInFlight(waiting={4}, working={1, 2, 3}, queued={"a", "b"})
    assert str(trials) == "1 running, 3 waiting"
    trials.working.clear()
    assert str(trials) == "0 running, 3 waiting"
