"""A run whose jobs somebody else evaluates: from one process or many, in memory or stored."""

import logging
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import closing
from types import SimpleNamespace

import attrs
import pytest
import toy
from paths import HELPERS
from sessions import numbers

import nasplug
from nasplug import Evaluation, hookimpl
from nasplug.engine import evaluation
from nasplug.errors import PluginError, StorageError, UsageError
from nasplug.storage.storage import Storage

PLACES = ["memory", "sqlite", "postgresql"]


@pytest.fixture(params=PLACES)
def place(request, tmp_path):
    """The arguments that say where a run is kept."""
    if request.param == "memory":
        return {}
    if request.param == "sqlite":
        return {"storage": tmp_path / "runs.db", "name": "run"}
    return {"storage": request.getfixturevalue("schema"), "name": "run"}


@pytest.fixture
def schema(postgresql, tmp_path, monkeypatch):
    """The URL of a schema of the test's own on the server."""
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/cache")  # where files of its runs are
    import sqlalchemy as sa

    name, engine = tmp_path.name.lower()[:60], sa.create_engine(postgresql)
    with engine.begin() as connection:
        connection.exec_driver_sql(f'CREATE SCHEMA IF NOT EXISTS "{name}"')
    engine.dispose()
    return f"{postgresql}?options=-csearch_path%3D{name}"


@pytest.fixture(params=["sqlite", "postgresql"])
def stored(request, tmp_path):
    """The arguments that say in which database a run is kept."""
    if request.param == "sqlite":
        return {"storage": tmp_path / "runs.db", "name": "run"}
    return {"storage": request.getfixturevalue("schema"), "name": "run"}


def open_run(strategy="toy:Grid", space="toy:ToySpace", **more):
    return nasplug.open_run(space, strategy, **({"budget": 6} | more))


def ended(stored):
    with closing(Storage(str(stored["storage"]), must_exist=True)) as storage:
        return storage.run(stored["name"]).ended


@pytest.fixture
def passes(monkeypatch):
    """Lets so many seconds pass."""
    passed = [0.0]
    clocks = {"time": lambda: time.time() + passed[0], "monotonic": lambda: time.monotonic() + passed[0]}
    monkeypatch.setattr(evaluation, "time", SimpleNamespace(**clocks))
    return lambda seconds: passed.__setitem__(0, passed[0] + seconds)


# ---------------------------------------------------------------------- asking and telling


def test_a_run_is_a_loop_of_asking_and_telling(place):
    with open_run("toy:Climber", seed=3, **place) as run:
        while jobs := run.ask(2):
            for job in jobs:
                noise = job.seed % 1000 / 1000 if job.purpose == "search" else 0.0
                run.tell(job, toy.accuracy(job.architecture.code) + noise, cost=2.0)
        result = run.result()
    assert [(t.number, t.purpose, t.state) for t in result.trials] == [
        *((number, "search", "complete") for number in range(6)), (6, "final", "complete"),
    ]  # fmt: skip
    assert result.reason == "the budget of 6 trials is used"
    assert result.best.test == toy.accuracy(result.best.architecture.code)


def test_asked_for_one_by_one_it_is_the_run_of_a_search(place):
    space = toy.ToySpace()
    with open_run("toy:Climber", seed=3, **place) as run:
        while jobs := run.ask():
            [job] = jobs
            arguments = job.architecture, job.purpose, job.epochs, job.seed
            run.tell(job, space.evaluate(*arguments))
        result = run.result()
    searched = nasplug.search("toy:ToySpace", "toy:Climber", seed=3, budget=6)

    def answers(result):
        return [(t.number, t.purpose, t.architecture, t.evaluation, t.canonical, t.epochs) for t in result.trials]

    assert answers(result) == answers(searched)
    assert result.best == searched.best


def test_a_result_is_told_by_its_figures_or_by_an_evaluation(place):
    answer = Evaluation(60.0, 2.0, {"loss": 0.5}, "my trainer")
    with open_run(**place) as run:
        first, second, third = run.ask(3)
        run.tell(first, accuracy=60.0, cost=2.0, metrics={"loss": 0.5})
        run.tell(second, answer)
        run.tell(third.number, evaluation=answer)
        told = [trial.evaluation for trial in run.result().trials]
    assert told == [attrs.evolve(answer, source="told"), answer, answer]


def test_a_failure_is_told_with_its_reason(place):
    with open_run(**place) as run:
        [job] = run.ask()
        run.fail(job, "out of memory")
        [trial] = run.result().trials
    assert (trial.state, trial.error, trial.evaluation) == ("failed", "out of memory", None)


def test_no_more_is_handed_out_than_was_asked_for(place):
    with open_run(budget=5, finals=3, **place) as run:
        assert [len(run.ask(3)), len(run.ask(3)), len(run.ask(3))] == [3, 2, 0]
        for number in range(5):
            run.tell(number, 50.0 + number)
        assert [numbers(run.ask(2)), numbers(run.ask(2)), numbers(run.ask(2))] == [[5, 6], [7], []]


def test_final_evaluations_come_when_every_search_trial_is_told(place):
    with open_run(budget=2, **place) as run:
        first, second = run.ask(5)
        run.tell(first, 60.0)
        assert run.ask(5) == []  # one is out
        run.tell(second, 70.0)
        [final] = run.ask(5)
        assert (final.purpose, final.architecture) == ("final", second.architecture)
        run.tell(final, 65.0)
        assert (run.ask(5), run.reason) == ([], "the budget of 2 trials is used")
        assert run.ask(5) == []
        assert run.result().best.test == 65.0


def test_a_final_evaluation_that_failed_is_not_handed_out_for_ever(place):
    with open_run(budget=1, **place) as run:
        run.tell(run.ask()[0], 60.0)
        run.fail(run.ask()[0], "the test images are not mounted")
        assert (run.ask(), run.reason) == ([], "the budget of 1 trials is used")


def test_a_strategy_that_has_nothing_more_ends_the_run(place):
    with open_run("toy:Speechless", **place) as run:
        assert (run.ask(), run.reason) == ([], "the strategy has nothing more to suggest")


@pytest.mark.parametrize("count", [0, -1])
def test_at_least_one_job_is_asked_for(count):
    with open_run() as run, pytest.raises(UsageError, match=f"must be at least 1, got {count}"):
        run.ask(count)


# ---------------------------------------------------------------------- what is no result


def test_a_job_is_told_once(place):
    with open_run(**place) as run:
        first, second, third = run.ask(3)
        run.tell(first, 50.0)
        run.fail(second, "lost")
        with pytest.raises(UsageError, match=f"Job 0 of the run '{run.name}' has a result already: it is complete"):
            run.tell(first, 60.0)
        with pytest.raises(UsageError, match="Job 1 .* has a result already: it is failed"):
            run.fail(1, "lost again")
        with pytest.raises(UsageError, match=f"The run '{run.name}' has no open job 7. Open are: 2."):
            run.tell(7, 60.0)
        run.tell(third, 70.0)
        with pytest.raises(UsageError, match="Open are: none."):
            run.tell(7, 60.0)
        assert [trial.accuracy for trial in run.result().trials] == [50.0, None, 70.0]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({}, "either by an accuracy, cost and metrics, or by an Evaluation"),
        (
            {"accuracy": 5.0, "evaluation": Evaluation(5.0, 1.0)},
            "either by an accuracy, cost and metrics, or by an Evaluation",
        ),
        ({"accuracy": float("nan")}, "This is no result: accuracy must be a finite number, got nan. Tell a failure"),
        ({"accuracy": 5.0, "cost": -1.0}, "This is no result: cost must be finite and not negative"),
        ({"accuracy": 5.0, "metrics": {"f1": "high"}}, "This is no result: metrics must be a dict of numbers"),
        ({"accuracy": "high"}, "This is no result: .*could not convert"),
        ({"accuracy": 930.0}, "accuracy is between 0 and 100 %, got 930. The job stays open: tell it again"),
        ({"evaluation": Evaluation(-1.0, 1.0)}, "accuracy is between 0 and 100 %, got -1"),
    ],
)
def test_what_is_no_result_is_one_sentence_and_leaves_the_job_open(given, complaint):
    with open_run() as run:
        [job] = run.ask()
        with pytest.raises(UsageError, match=complaint):
            run.tell(job, **given)
        run.tell(job, 50.0)


# ---------------------------------------------------------------------- limits and bounds


def test_what_breaks_a_limit_is_never_handed_out(place):
    window = {"device": "toyphone", "limits": ["latency<=11"]}
    with open_run(budget=9, **window, **place) as run:
        jobs = run.ask(4)
        assert [job.architecture.code for job in jobs] == [(0, 0, 0), (0, 0, 1), (0, 1, 0)]
        refused = [trial for trial in run.result().trials if trial.state == "infeasible"]
        assert numbers(refused) == [2, 3, 5, 6, 7, 8]
        assert refused[0].error == "not evaluated: latency is 12, the limit latency<=11"


def test_a_limit_on_what_is_told_makes_the_trial_infeasible(place):
    with open_run(budget=2, limits=["loss<=1"], **place) as run:
        for job, loss in zip(run.ask(2), (2.0, 0.5), strict=True):
            run.tell(job, 60.0, metrics={"loss": loss})
        [final] = run.ask()
        assert final.architecture.code == (0, 0, 1)
        assert [trial.state for trial in run.result().trials] == ["infeasible", "complete"]


def test_a_bound_of_cost_hands_out_nothing_more(place):
    with open_run(budget=None, max_cost=3.0, **place) as run:
        first, second, third = run.ask(3)
        run.tell(first, 50.0, cost=2.0)
        run.tell(second, 60.0, cost=2.0)
        assert run.ask() == []  # the third is out
        run.tell(third, 55.0, cost=2.0)
        assert [job.purpose for job in run.ask(3)] == ["final"]


def test_a_run_of_failures_is_stopped(place):
    with open_run(budget=50, **place) as run:
        for _ in range(5):
            run.fail(run.ask()[0], "no batteries")
        assert run.ask() == []
        assert run.reason.startswith("5 trials in a row failed, the last with no batteries.")


def test_a_run_of_failures_that_other_processes_told_is_stopped_until_more_are_allowed(stored):
    place = stored | {"budget": 50}
    with open_run(**place) as run:
        jobs = run.ask(6)
    for job in jobs[:5]:
        with open_run(resume=True, **place) as run:
            run.fail(job, "no batteries")
    with open_run(resume=True, **place) as run:
        assert run.ask() == []  # the sixth is out
    with open_run(resume=True, **place) as run:
        run.fail(jobs[5], "no batteries")
        assert run.ask() == []
        assert run.reason.startswith("5 trials in a row failed, the last with no batteries. Mend the cause and go on")
    with open_run(resume=True, max_failures=7, **place) as run:
        assert len(run.ask()) == 1


def test_a_result_without_what_the_run_looks_at_leaves_the_job_open(place):
    with open_run(objectives=("f1",), **place) as run:
        [job] = run.ask()
        with pytest.raises(UsageError, match="This is no result: the evaluation has no f1, .* The job stays open"):
            run.tell(job, 93.0, cost=6000.0)
        assert run.tell(job, 93.0, cost=6000.0, metrics={"f1": 0.8}).state == "complete"


def test_figures_beside_an_evaluation_are_refused(place):
    with open_run(**place) as run:
        [job] = run.ask()
        with pytest.raises(UsageError, match="either by an accuracy, cost and metrics, or by an Evaluation"):
            run.tell(job, Evaluation(50.0, 1.0), metrics={"f1": 1.0})


def test_a_run_is_over_at_the_end_of_its_block(place):
    with open_run(**place) as run:
        [job] = run.ask()
    for late in (run.ask, lambda: run.tell(job, 50.0), lambda: run.fail(job, "late")):
        with pytest.raises(UsageError, match="was closed at the end of its with block"):
            late()


def test_looking_at_a_run_that_has_ended_changes_nothing(stored):
    with open_run(budget=1, **stored) as run:
        while jobs := run.ask():
            run.tell(jobs[0], 50.0)
    with open_run(budget=1, resume=True, **stored) as run:
        assert run.result().reason == "the budget of 1 trials is used"
        with pytest.raises(UsageError, match="no open job 99"):
            run.tell(99, 50.0)
    assert ended(stored) == "the budget of 1 trials is used"


def test_a_run_that_had_ended_goes_on_when_a_job_is_handed_out(stored):
    with open_run(budget=1, finals=0, **stored) as run:
        run.tell(run.ask()[0], 50.0)
        assert run.ask() == []
    with open_run(budget=2, resume=True, **stored) as run:
        assert ended(stored) is not None
        assert len(run.ask()) == 1
        assert ended(stored) is None
        assert run.result().reason == "open"


# ---------------------------------------------------------------------- jobs that nobody tells


def test_a_job_comes_back_after_the_time_it_was_lent_for(place, passes):
    with open_run(budget=2, **place) as run:
        [lent] = run.ask(within=1000.0)
        [kept] = run.ask()
        passes(900.0)
        assert run.ask(5) == []
        passes(200.0)
        [again] = run.ask(5, within=1000.0)
        assert again == lent
        assert run.ask(5) == []
        passes(1100.0)
        assert run.ask(5) == [lent]  # now for ever
        passes(1e6)
        assert run.ask(5) == []
        run.tell(lent, 50.0)
        run.tell(kept, 50.0)
        assert len(run.ask(5)) == 1


def test_who_was_too_slow_may_tell_all_the_same(place, passes):
    with open_run(budget=1, **place) as run:
        [slow] = run.ask(within=1000.0)
        passes(1100.0)
        [again] = run.ask()
        run.tell(slow, 50.0)
        with pytest.raises(UsageError, match="has a result already"):
            run.tell(again, 60.0)


def test_a_final_evaluation_comes_back_as_well(place, passes):
    with open_run(budget=1, **place) as run:
        run.tell(run.ask()[0], 50.0)
        [final] = run.ask(within=1000.0)
        assert run.ask() == []
        passes(1100.0)
        assert run.ask() == [final]
        run.tell(final, 50.0)
        assert (run.ask(), run.reason) == ([], "the budget of 1 trials is used")


def test_a_job_whose_time_is_over_when_the_run_is_stopped_is_withdrawn(place, passes):
    with open_run(max_cost=1.0, budget=None, **place) as run:
        told, _ = run.ask(2, within=1000.0)
        run.tell(told, 50.0, cost=2.0)
        assert run.ask() == []
        passes(1100.0)
        [final] = run.ask(5)
        assert final.purpose == "final"
        run.tell(final, 50.0)
        assert (run.ask(), run.reason) == ([], "the trials cost 2 s of training, the bound is 1 s")


def test_an_open_job_is_lent_across_processes(stored, passes):
    with open_run(**stored) as run:
        [lent] = run.ask(within=1000.0)
        [kept] = run.ask()
    with nasplug.open_run(resume=True, **stored) as run:
        assert numbers(run.ask(9)) == [2, 3, 4, 5]
        passes(1100.0)
        assert numbers(run.ask(9)) == [lent.number]
        run.tell(kept.number, 50.0)
        run.tell(lent, 60.0)
    with nasplug.open_run(resume=True, **stored) as run:
        assert [(t.number, t.accuracy) for t in run.result().trials] == [(0, 60.0), (1, 50.0)]


# ---------------------------------------------------------------------- a run that goes on


def test_a_run_that_is_left_is_open_and_goes_on(stored):
    reasons = []

    class Listener:
        @hookimpl
        def on_stop(self, reason):
            reasons.append(reason)

    with open_run(observers=[Listener()], **stored) as run:
        first, second = run.ask(2)
        run.tell(first, 50.0)
        assert run.result().reason == "open"
    with nasplug.open_run(start_or_resume=True, **stored) as run:
        run.tell(second.number, 60.0)
        assert numbers(run.ask(9)) == [2, 3, 4, 5]
    assert reasons == ["left open"]


def test_a_search_takes_over_what_is_open(stored):
    with open_run("toy:Climber", budget=8, **stored) as run:
        first, *_ = run.ask(4)
        run.tell(first, 50.0)
    result = nasplug.search(resume=True, **stored)
    assert numbers(result.trials) == list(range(9))
    assert [trial.state for trial in result.trials] == ["complete"] * 9


def test_an_open_run_grows(stored):
    with open_run(budget=2, **stored) as run:
        while jobs := run.ask():
            run.tell(jobs[0], 50.0)
    with nasplug.open_run(resume=True, budget=4, **stored) as run:
        assert numbers(run.ask(9)) == [3, 4]  # 2 is the final evaluation


def test_plugins_hear_from_each_process_of_all_trials(stored):
    class Listener:
        def __init__(self):
            self.heard = []

        @hookimpl
        def on_trial(self, run, trial):
            self.heard.append((trial.number, run.replaying))

    ours = Listener()
    with open_run(observers=[ours], **stored) as run, nasplug.open_run(resume=True, **stored) as other:
        run.tell(run.ask()[0], 50.0)
        other.tell(other.ask()[0], 60.0)
        run.ask()
    assert ours.heard == [(0, False), (1, True)]


def test_an_error_in_the_first_ask_leaves_nothing_stored(stored):
    class Broken:
        name = "toy:Grid"

        @hookimpl
        def suggest(self):
            raise KeyError("learning_rate")

    wrong = "The strategy 'toy:Grid' raised KeyError: 'learning_rate'"
    with pytest.raises(PluginError, match=wrong), open_run(Broken(), **stored) as run:
        run.ask()
    with open_run(**stored) as run:  # the name is free
        assert len(run.ask()) == 1


def test_a_run_that_is_renamed_while_it_is_open_keeps_its_jobs_with_their_files(stored, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/cache")
    with open_run(**stored) as run:
        first, second = run.ask(2, within=0.0)
        (first.folder / "checkpoint").write_text("kept")
        storage = Storage(str(stored["storage"]))
        storage.rename(storage.run("run"), "new")
        again, _, third = run.ask(3)
        assert [job.key for job in (again, third)] == ["new/0", "new/2"]
        assert (again.folder / "checkpoint").read_text() == "kept"
        assert third.folder.parent == again.folder.parent == storage.folder("new")
        storage.close()
        run.tell(second, 50.0)
        assert (run.name, run.result().run) == ("new", "new")


def test_a_run_that_is_being_searched_cannot_be_asked(stored):
    told = []

    class Asks:
        watches = True

        @hookimpl
        def on_trial(self):
            refused = pytest.raises(StorageError, match="The run 'run' is driven by process")
            with refused as error, nasplug.open_run(resume=True, **stored):
                pass
            told.append(error)

    nasplug.search("toy:ToySpace", "toy:Grid", budget=1, observers=[Asks()], **stored)
    assert len(told) == 2


def test_what_plugins_warn_of_at_their_start_is_said_once(stored, caplog):
    evolution = {"strategy": "regularized_evolution", **stored}
    for more in ({}, {"resume": True}, {"resume": True}):
        with caplog.at_level(logging.INFO, "nasplug"), open_run(**evolution, **more) as run:
            run.ask()
    assert sum("population 2 instead of 100" in line for line in caplog.messages) == 1


# ---------------------------------------------------------------------- in memory


def test_in_memory_nothing_stays_when_the_run_is_left(tmp_path):
    with open_run() as run:
        folder = run.ask()[0].folder
        assert folder.exists()
    assert not folder.exists()


def test_threads_may_share_a_run(place):
    with open_run(budget=40, **place) as run:

        def work():
            while jobs := run.ask():
                time.sleep(0.001)
                run.tell(jobs[0], 50.0)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        while jobs := run.ask():
            run.tell(jobs[0], 50.0)
        assert numbers(run.result().trials) == list(range(41))


# ---------------------------------------------------------------------- processes

WORKER = """
import sys, nasplug, toy
with nasplug.open_run("toy:ToySpace", "toy:Climber", budget=30, storage=sys.argv[1], name="run",
                      start_or_resume=True) as run:
    while not run.reason:
        for job in run.ask(2):
            print(job.number, flush=True)
            run.tell(job, toy.accuracy(job.architecture.code), cost=1.0)
"""


@pytest.mark.slow
def test_processes_share_a_run_and_no_number_is_handed_out_twice(stored):
    environment = {**os.environ, "PYTHONPATH": str(HELPERS)}
    command = [sys.executable, "-c", WORKER, str(stored["storage"])]
    workers = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        for _ in range(3)
    ]
    outputs = [worker.communicate(timeout=300) for worker in workers]
    assert [worker.returncode for worker in workers] == [0, 0, 0], [errors for _, errors in outputs]
    handed_out = Counter(int(line) for output, _ in outputs for line in output.splitlines())
    with nasplug.open_run(resume=True, **stored) as run:
        trials = run.result().trials
    assert numbers(trials) == list(range(31))
    assert set(handed_out.values()) == {1}
    assert {trial.state for trial in trials} == {"complete"}
    assert handed_out.keys() <= {trial.number for trial in trials}  # duplicates were not handed out
