"""A session: which jobs it hands out, which of them it stores, and when it tells what is recorded."""

import logging

import attrs
import pytest
import toy
from sessions import numbers, session_of, stored_session, told

import nasplug
from nasplug import Suggestion, hookimpl
from nasplug.engine.evaluation import derived_seed
from nasplug.errors import ConfigurationError, PluginError
from nasplug.types import Evaluation


class Listener:
    """Notes what it hears: the numbers of jobs and trials."""

    watches = True

    def __init__(self):
        self.jobs, self.trials, self.reasons = [], [], []

    @hookimpl
    def on_job(self, job):
        self.jobs.append(job.number)

    @hookimpl
    def on_trial(self, trial):
        self.trials.append(trial.number)

    @hookimpl
    def on_stop(self, reason):
        self.reasons.append(reason)


def suggesting(*batches):
    """Returns a strategy that gives these suggestions one after the other, as many as it is asked for, then none."""
    left = list(batches)

    class Planned:
        @hookimpl
        def suggest(self, count):
            taken, left[:] = left[:count], left[count:]
            return taken

    return Planned()


A, B = toy.architecture(0, 0, 1), toy.architecture(0, 0, 2)


def test_a_session_and_its_run_are_shown_as_one_line():
    with nasplug.open_run(toy.ToySpace(), "random", budget=30, name="r") as opened:
        for _ in range(20):
            for job in opened.ask():
                opened.tell(job, accuracy=50.0)
        assert repr(opened) == "OpenRun(session=<Session of <Run 'r', ToySpace × random: 20 trials told>>, reason='')"


# ---------------------------------------------------------------------- jobs


def test_jobs_are_numbered_through_and_know_their_run_and_their_network():
    session = session_of(budget=10, epochs=9)
    jobs = [*session.ask(2), *session.ask(3)]
    assert numbers(jobs) == [0, 1, 2, 3, 4]
    assert jobs[1].key == "ToySpace-toy:Grid-0/1"
    assert (jobs[1].canonical, jobs[1].purpose, jobs[1].epochs) == ("toy:0,0,1", "search", 9)
    assert (session.run.next_number, session.run.suggested, session.run.remaining) == (5, 5, 5)
    assert numbers(session.run.open.values()) == [0, 1, 2, 3, 4]


def test_every_job_has_a_training_seed_of_its_own_that_depends_on_the_runs():
    seeds = [[job.seed for job in session_of(seed=seed, budget=20).ask(20)] for seed in (0, 1)]
    assert len({*seeds[0], *seeds[1]}) == 40
    assert [job.seed for job in session_of(seed=0, budget=20).ask(20)] == seeds[0]
    assert seeds[0] == [derived_seed(0, number, 1) for number in range(20)]  # the stream of trials


def test_a_suggestion_says_how_long_to_train_and_which_training_goes_on():
    session = session_of(suggesting(Suggestion(A, 3), Suggestion(A, 9, 0), B), space=Continuing(), epochs=1)
    [job] = session.ask(1)
    told(session, job)
    jobs = [job, *session.ask(2)]
    assert [(job.epochs, job.continues) for job in jobs] == [(3, None), (9, 0), (1, None)]


def test_a_stopped_run_hands_out_nothing():
    session = session_of()
    session.run.stop("enough")
    assert session.ask(2) == []


def test_a_plugin_that_raises_when_it_hears_of_a_job_is_named():
    class Broken:
        @hookimpl
        def on_job(self):
            raise KeyError("queue")

    with pytest.raises(PluginError, match="on_job of 'Broken' raised KeyError: 'queue' for the job ToySpace"):
        session_of(observers=[Broken()]).ask(1)


def test_plugins_hear_of_each_job_that_is_handed_out():
    listener = Listener()
    session = session_of(suggesting(A, A, B), observers=[listener])
    session.ask(3)
    assert listener.jobs == [0, 2]  # job 1 waits for the answer of job 0


# ---------------------------------------------------------------------- in which order trials are told


def test_trials_of_a_batch_are_told_when_those_before_them_are():
    listener = Listener()
    session = session_of(observers=[listener])
    jobs = session.ask(4)
    for number, heard in [(1, []), (0, [0, 1]), (3, [0, 1]), (2, [0, 1, 2, 3])]:
        told(session, jobs[number])
        assert listener.trials == numbers(session.run.trials) == heard
        assert number in numbers(session.store.trials())  # stored at once, whenever it is told


def test_out_of_order_they_are_told_as_they_come():
    listener = Listener()
    session = session_of(in_order=False, observers=[listener])
    jobs = session.ask(3)
    for number in (1, 2, 0):
        told(session, jobs[number])
    assert listener.trials == numbers(session.run.trials) == [1, 2, 0]


def test_a_trial_is_stored_before_any_plugin_hears_of_it():
    session = session_of()

    class Looks:
        @hookimpl
        def on_trial(self, trial):
            assert trial in session.store.trials()

    session.run.manager.register(Looks())
    told(session, session.ask(1)[0])
    assert len(session.run.trials) == 1


def test_plugins_hear_of_every_trial_and_the_run_keeps_those_of_the_search():
    listener = Listener()
    session = session_of(budget=2, observers=[listener])
    for job in session.ask(2):
        told(session, job)
    [final] = session.finals()
    told(session, final)
    assert (listener.trials, numbers(session.run.trials)) == ([0, 1, 2], [0, 1])
    assert numbers(session.result().trials) == [0, 1, 2]


# ---------------------------------------------------------------------- equal networks


@pytest.mark.parametrize("in_order", [True, False])
def test_of_equal_networks_one_is_handed_out_and_answers_the_others(in_order):
    session = session_of(suggesting(A, B, A, A), in_order=in_order)
    jobs = session.ask(4)
    assert numbers(jobs) == [0, 1]
    told(session, jobs[0], 70.0)
    assert [(t.number, t.accuracy, t.evaluation.source) for t in session.store.trials()] == [
        (0, 70.0, "trained"), (2, 70.0, "duplicate"), (3, 70.0, "duplicate"),
    ]  # fmt: skip
    assert list(session.run.open) == [1]


def test_a_network_that_is_evaluated_at_this_moment_is_not_paid_for_again():
    session = session_of(suggesting(A, A, B), in_order=False)
    [leader] = session.ask(1)
    assert session.ask(1) == []  # it follows the open job
    assert numbers(session.ask(1)) == [2]
    told(session, leader)
    assert [(t.number, t.evaluation.source) for t in session.run.trials] == [(0, "trained"), (1, "duplicate")]


def test_a_network_that_was_evaluated_before_is_the_matter_of_the_cache():
    session = session_of(suggesting(A, A), in_order=False)
    told(session, session.ask(1)[0])
    assert numbers(session.ask(1)) == [1]


@pytest.mark.parametrize("other", [Suggestion(A, 3), Suggestion(A)])
def test_at_another_fidelity_an_equal_network_is_evaluated(other):
    assert numbers(session_of(suggesting(Suggestion(A, 9), other, Suggestion(A, 9))).ask(3)) == [0, 1]


def test_a_failure_is_that_of_all_equal_networks():
    session = session_of(suggesting(A, A))
    [job] = session.ask(2)
    session.record(session.evaluator.failed(job, "out of memory", 0.0))
    assert [(t.state, t.error) for t in session.run.trials] == [("failed", "out of memory")] * 2


def test_a_follower_that_is_told_by_its_own_number_has_its_own_answer():
    session = session_of(suggesting(A, A), in_order=False, is_external=True)
    [leader] = session.ask(2)
    told(session, session.run.open[1], 60.0)
    told(session, leader, 70.0)
    assert [(t.number, t.accuracy) for t in session.store.trials()] == [(0, 70.0), (1, 60.0)]


# ---------------------------------------------------------------------- final evaluations


def test_the_final_evaluation_has_the_next_number_and_a_seed_of_its_own():
    session = session_of(budget=2)
    for job, accuracy in zip(session.ask(2), (80.0, 70.0), strict=True):
        told(session, job, accuracy)
    [final] = session.finals()
    assert (final.number, final.purpose, final.architecture) == (2, "final", session.run.trials[0].architecture)
    assert final.seed == derived_seed(0, 2, 1)


def test_a_search_without_a_complete_trial_has_no_final_evaluation():
    session = session_of()
    [job] = session.ask(1)
    session.record(session.evaluator.failed(job, "lost", 0.0))
    assert session.finals() == []


# ---------------------------------------------------------------------- folders of jobs


class Continuing(toy.ToySpace):
    """A space whose trainings can go on."""

    @hookimpl
    def fidelities(self):
        return (1, 3, 9), True


@pytest.mark.parametrize(("space", "keeps"), [(toy.ToySpace(), False), (Continuing(), True)])
def test_the_folder_of_a_trial_is_kept_only_where_its_training_may_go_on(space, keeps):
    session = session_of(space=space, is_external=True)
    complete, failed = session.ask(2)
    folders = [(job.folder / "checkpoint") for job in (complete, failed)]
    for checkpoint in folders:
        checkpoint.touch()
    told(session, complete)
    session.record(session.evaluator.failed(failed, "lost", 0.0))
    assert [checkpoint.exists() for checkpoint in folders] == [keeps, False]
    session.finish("enough")
    assert not complete.folder.parent.joinpath(str(failed.number)).exists()


def test_the_end_of_a_run_in_memory_removes_all_folders():
    session = session_of(space=Continuing())
    root = session.ask(1)[0].folder.parent
    assert root.exists()
    session.finish("enough")
    assert not root.exists()


# ---------------------------------------------------------------------- the end


def test_every_plugin_hears_of_the_end_also_where_one_raises(caplog):
    class Raises:
        @hookimpl
        def on_stop(self):
            raise ValueError("no connection")

    before, after = Listener(), Listener()
    session = session_of(middleware=[before, Raises(), after])
    with caplog.at_level(logging.WARNING, "nasplug"):
        session.finish("enough")
    assert (before.reasons, after.reasons) == (["enough"], ["enough"])
    assert [record.message for record in caplog.records] == ["on_stop of Raises raised ValueError: no connection"]


# ---------------------------------------------------------------------- what is stored of open jobs


@pytest.fixture
def url(tmp_path):
    return str(tmp_path / "runs.db")


def test_a_single_job_of_a_single_driver_is_not_stored(url):
    with stored_session(url) as session:
        told(session, session.ask(1)[0])
        session.ask(1)
        assert session.store.open_jobs() == []


def test_jobs_are_stored_where_several_are_open(url):
    with stored_session(url, batch=3) as session:
        jobs = session.ask(3)
        assert [attrs.evolve(job, folder="") for job in jobs] == [job for job, _ in session.store.open_jobs()]
        told(session, jobs[1])
        assert numbers(job for job, _ in session.store.open_jobs()) == [0, 2]


def test_a_job_that_was_alone_is_stored_with_the_second(url):
    with stored_session(url, asynchronous=True, workers=2) as session:
        session.ask(1)
        assert session.store.open_jobs() == []
        session.ask(1)
        assert numbers(job for job, _ in session.store.open_jobs()) == [0, 1]


def test_followers_are_stored_as_well(url):
    with stored_session(url, suggesting(A, B, A), batch=3) as session:
        assert numbers(session.ask(3)) == [0, 1]
        assert numbers(job for job, _ in session.store.open_jobs()) == [0, 1, 2]


def test_every_job_of_somebody_else_is_stored(url):
    with stored_session(url, is_external=True) as session:
        session.ask(1, expires=5.0)
        assert [(job.number, until) for job, until in session.store.open_jobs()] == [(0, 5.0)]


# ---------------------------------------------------------------------- a resume


class Counting(toy.Grid):
    """Counts how often it is asked, for how many."""

    name = "toy:Grid"

    def __init__(self):
        self.counts = []

    @hookimpl
    def suggest(self, run, count):
        self.counts.append(count)
        return super().suggest(run, count)


def test_open_jobs_are_the_first_that_a_resume_hands_out(url):
    with stored_session(url, batch=4) as session:
        jobs = session.ask(4)
        told(session, jobs[2])
    strategy = Counting()
    with stored_session(url, strategy, batch=4, resume=True, name="run") as session:
        assert (session.run.suggested, session.run.next_number, numbers(session.run.trials)) == (4, 4, [])
        assert [attrs.evolve(job, folder="") for job in session.ask(4)] == [
            attrs.evolve(jobs[number], folder="") for number in (0, 1, 3)
        ]
        assert strategy.counts == []


@pytest.mark.parametrize("settings", [{}, {"batch": 4, "workers": 2}, {"asynchronous": True, "workers": 2}])
def test_a_resume_asks_nothing_for_what_is_stored(url, settings):
    nasplug.search("toy:ToySpace", Counting(), budget=12, storage=url, name="run", **settings)
    strategy = Counting()
    result = nasplug.search("toy:ToySpace", strategy, storage=url, name="run", resume=True)
    assert (strategy.counts, len(result.trials)) == ([], 13)


@pytest.mark.parametrize("in_order", [True, False])
def test_a_resume_tells_what_is_stored_in_the_order_of_telling_as_a_replay(url, in_order):
    class Replays(Listener):
        @hookimpl
        def on_trial(self, run, trial):
            self.trials.append((trial.number, run.replaying))

    settings = {"batch": 4, "asynchronous": not in_order}
    with stored_session(url, **settings) as session:
        jobs = session.ask(4)
        for number in (1, 2, 0):
            told(session, jobs[number])
    listener = Replays()
    with stored_session(url, resume=True, observers=[listener]) as session:
        told(session, session.ask(1)[0])
    order = [0, 1, 2] if in_order else [1, 2, 0]
    assert listener.trials == [*((number, True) for number in order), (3, False)]


@pytest.mark.parametrize("batch", [4, 12])
def test_a_bound_inside_a_batch_withdraws_what_waits_and_a_resume_takes_it_up(url, batch):
    place = {"storage": url, "name": "run"}
    short = nasplug.search("toy:ToySpace", "toy:Climber", budget=12, batch=batch, max_cost=3.0, **place)
    assert numbers(short.trials) == [0, 1, batch]  # 2 s each, and the final one
    grown = nasplug.search(resume=True, max_cost=1e9, **place)
    whole = nasplug.search("toy:ToySpace", "toy:Climber", budget=12, batch=batch, max_cost=1e9)

    def searched(result):
        return [(t.architecture, t.evaluation) for t in result.trials if t.purpose == "search"]

    assert searched(grown) == searched(whole)
    assert grown.best.test == whole.best.test


class Flaky(toy.ToySpace):
    """A final evaluation raises `problem`, if there is one."""

    problem = RuntimeError("the test images are not mounted")
    finals = 0

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed):
        if purpose == "final":
            Flaky.finals += 1
            if self.problem:
                raise self.problem
        return super().evaluate(architecture, purpose, epochs, seed)


def test_a_final_evaluation_that_failed_is_tried_again_at_a_resume(url, monkeypatch):
    first = nasplug.search(Flaky(), "toy:Grid", budget=3, storage=url, name="run")
    assert (first.best.test, first.trials[-1].state) == (None, "failed")
    monkeypatch.setattr(Flaky, "problem", None)
    second = nasplug.search(Flaky(), storage=url, name="run", resume=True)
    assert (second.best.test, second.best.validation) == (toy.accuracy((0, 0, 2)), first.best.validation)
    assert [(t.number, t.purpose, t.state) for t in second.trials[3:]] == [
        (3, "final", "failed"), (4, "final", "complete"),
    ]  # fmt: skip
    evaluations = Flaky.finals
    assert nasplug.search(Flaky(), storage=url, name="run", resume=True).trials == second.trials
    assert Flaky.finals == evaluations


def test_final_evaluations_that_were_interrupted_are_made_at_a_resume(url, monkeypatch):
    place = {"storage": url, "name": "run", "finals": 2}
    monkeypatch.setattr(Flaky, "problem", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        nasplug.search(Flaky(), "toy:Grid", budget=3, **place)
    monkeypatch.setattr(Flaky, "problem", None)
    result = nasplug.search(Flaky(), resume=True, **place)
    assert [(t.number, t.purpose, t.architecture.code[2]) for t in result.trials[3:]] == [
        (3, "final", 2), (4, "final", 1),
    ]  # fmt: skip


def test_an_error_of_the_run_leaves_open_jobs_open(url):
    class Breaks(Listener):
        @hookimpl
        def on_trial(self, trial):
            if trial.number == 1:
                raise ConfigurationError("no batteries")

    with pytest.raises(ConfigurationError):
        nasplug.search("toy:ToySpace", "toy:Grid", budget=8, batch=4, storage=url, name="run", observers=[Breaks()])
    with stored_session(url, resume=True) as session:
        assert numbers(session.run.trials) == [0, 1]
        assert numbers(session.ask(9)) == [2, 3]


# ---------------------------------------------------------------------- trials that are known


def test_known_trials_are_told_first_and_count_for_nothing():
    listener = Listener()
    session = session_of(budget=3, observers=[listener])
    [job] = session.ask(1)
    session.finish("enough")
    known = [
        attrs.evolve(session.evaluator.judge(job, Evaluation(accuracy, 1.0), 0.0), number=number, purpose="known")
        for number, accuracy in ((-2, 94.0), (-1, 93.0))
    ]
    session = session_of(budget=3, observers=[listener])
    session.start(known)
    assert listener.trials == numbers(session.run.known) == numbers(session.run.trials) == [-2, -1]
    assert (session.run.remaining, session.run.next_number, session.run.goal.incumbent(session.run.trials)) == (
        3, 0, None,
    )  # fmt: skip
    assert session.result().trials == []
