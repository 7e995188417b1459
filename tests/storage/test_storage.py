"""Storage, on both databases: what is committed survives, resume is replay, and every refusal says what to do."""

import os
import sqlite3
from contextlib import closing
from importlib.util import find_spec

import attrs
import numpy as np
import pytest
import sqlalchemy as sa
import toy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import nasplug
import nasplug.storage.storage as module
from nasplug import Architecture, Evaluation, Trial, hookimpl
from nasplug.errors import ConfigurationError, StorageError, UsageError
from nasplug.storage.schema import SCHEMA_VERSION
from nasplug.storage.storage import Storage

texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=9)
percent = st.floats(0, 100)
numbers = st.floats(allow_nan=False)
evaluations = st.builds(Evaluation, percent, st.floats(0, 1e9), st.dictionaries(names, numbers), names)


@pytest.fixture
def storage(database):
    opened = Storage(database("values"))
    yield opened
    opened.close()


def stored_trial(number, evaluation=None, error="lost", latency=None, **more):
    state = "complete" if evaluation else "failed"
    architecture = Architecture("toy", (number, 1))
    error = None if evaluation else error
    values = {"canonical": "canonical'; DROP TABLE", "latency": latency} | more
    trial = Trial(number, architecture, state, evaluation, error, "search", 1.5, 2.5)
    return attrs.evolve(trial, **values)


states = st.sampled_from(["complete", "failed", "infeasible"])
integers = st.none() | st.integers(0, 2**31 - 1)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    evaluation=st.none() | evaluations,
    error=texts,
    latency=st.none() | st.floats(0, 1e6),
    state=states,
    purpose=st.sampled_from(["search", "final", "known"]),
    epochs=integers,
    continues=integers,
)
def test_a_trial_comes_back_as_it_was(storage, evaluation, error, latency, **more):
    run = storage.create(f"run {len(storage.all_runs())}", {}, {})
    trial = stored_trial(7, evaluation, error, latency, **more)
    storage.add(run, [trial])
    assert storage.trials(run) == [trial]


def test_trials_come_in_the_order_of_their_numbers_known_ones_below_zero(storage):
    run = storage.create("run", {}, {})
    storage.add(run, [stored_trial(number) for number in (3, -1, 0, -2)])
    assert [trial.number for trial in storage.trials(run)] == [-2, -1, 0, 3]


@pytest.mark.parametrize("many", [1, 10])
def test_trials_that_the_caller_knows_are_left_out(storage, many, monkeypatch):
    monkeypatch.setattr(module, "MANY", many)  # the new ones alone are read, or all
    run = storage.create("run", {}, {})
    storage.add(run, [stored_trial(number) for number in range(6)])
    assert [trial.number for trial in storage.trials(run, {0, 2, 3, 9})] == [1, 4, 5]


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 2**31 - 1),
    purpose=st.sampled_from(["search", "final"]),
    epochs=integers,
    continues=integers,
    expires=st.none() | st.floats(0, 1e10),
)
def test_an_open_job_comes_back_as_it_was(storage, expires, **more):
    name = f"run {len(storage.all_runs())}"
    run = storage.create(name, {}, {})
    job = toy.job(0, 1, 2, number=7, key=f"{name}/7", **more)
    storage.open(run, [job], expires)
    assert storage.open_jobs(run) == [(job, expires)]


def test_a_job_is_open_until_it_has_a_trial(storage):
    run, other = (storage.create(name, {}, {}) for name in ("run", "other"))
    storage.open(run, [toy.job(0, 0, 0, number=number) for number in (5, 3, 4)])
    storage.add(other, [stored_trial(3)])
    storage.add(run, [stored_trial(4)])
    assert [job.number for job, _ in storage.open_jobs(run)] == [3, 5]


def test_a_job_may_be_lent_again(storage):
    run, other = (storage.create(name, {}, {}) for name in ("run", "other"))
    for each in (run, other):
        storage.open(each, [toy.job(0, 0, 0, number=number) for number in (0, 1)], 10.0)
    storage.lend(run, 1, 20.0)
    storage.lend(run, 0, None)
    assert [until for _, until in storage.open_jobs(run)] == [None, 20.0]
    assert [until for _, until in storage.open_jobs(other)] == [10.0, 10.0]


def test_a_run_that_has_ended_may_go_on_with_other_settings(storage):
    run, other = (storage.create(name, {"budget": 3}, {}) for name in ("run", "other"))
    for each in (run, other):
        storage.end(each, "the budget is used")
    storage.change(run, {"budget": 9})
    storage.reopen(run)
    stored = [(each.name, each.settings["budget"], each.ended) for each in storage.all_runs()]
    assert stored == [("run", 9, None), ("other", 3, "the budget is used")]


def test_a_metric_that_is_no_number_comes_back(storage):
    run = storage.create("run", {}, {})
    storage.add(run, [stored_trial(1, Evaluation(1.0, 1.0, {"loss": float("nan"), "norm": float("-inf")}))])
    assert repr(storage.trials(run)[0].evaluation.metrics) == "{'loss': nan, 'norm': -inf}"


def test_what_is_added_again_after_an_interruption_is_stored_once(storage):
    run = storage.create("run", {}, {})
    first, second = (stored_trial(number) for number in (1, 2))
    storage.add(run, [first])
    storage.add_missing(run, [first, second])
    assert storage.trials(run) == [first, second]


def test_a_run_is_deleted_only_where_it_has_no_trial_of_its_own(storage):
    full, empty = storage.create("full", {}, {}), storage.create("empty", {}, {})
    storage.add(full, [stored_trial(1)])
    storage.open(empty, [toy.job(0, 0, 0)])
    for run in (full, empty):
        storage.delete_if_empty(run)
    assert [run.name for run in storage.all_runs()] == ["full"]


def test_runs_are_listed_in_their_order_with_their_search_trials_alone(storage):
    first, second = (storage.create(name, {}, {}) for name in ("b", "a"))
    purposes = enumerate(["search", "search", "final"])
    storage.add(second, [stored_trial(number, purpose=purpose) for number, purpose in purposes])
    assert [(run.id, run.name, run.trials) for run in storage.all_runs()] == [(first, "b", 0), (second, "a", 2)]


def test_an_unknown_run_is_answered_with_the_latest_five(storage):
    with pytest.raises(StorageError, match="The latest runs: none.$"):
        storage.run("x")
    for number in range(7):
        storage.create(f"run {number}", {}, {})
    with pytest.raises(StorageError, match="The latest runs: run 2, run 3, run 4, run 5, run 6.$"):
        storage.run("x")


@pytest.mark.parametrize("length", [1, 200])
def test_the_shortest_and_the_longest_name_are_names(storage, length):
    assert storage.create("x" * length, {}, {}) == 1


@pytest.mark.parametrize("length", [0, 201])
def test_no_name_and_a_longer_one_are_refused(storage, length):
    with pytest.raises(StorageError, match="has 1 to 200 printable characters"):
        storage.create("x" * length, {}, {})


def tamper(url, statement):
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()


def search(url, **settings):
    return nasplug.search(toy.ToySpace(), "toy:Climber", **({"budget": 8, "storage": url, "name": "run"} | settings))


def without_clock(result):
    return [attrs.evolve(trial, started=0.0, finished=0.0) for trial in result.trials]


class StopAfter:
    """Interrupts a run at its n-th trial, as Ctrl-C would."""

    def __init__(self, trials):
        self.left = trials

    @hookimpl
    def on_trial(self):
        self.left -= 1
        if not self.left:
            raise KeyboardInterrupt


@pytest.mark.parametrize("stop", [1, 4, 8, 9])
@pytest.mark.parametrize("settings", [{"batch": 1}, {"batch": 3, "workers": 2}])
def test_a_resumed_run_is_the_run_that_would_have_been(database, stop, settings):
    whole = search(database("whole"), **settings)
    with pytest.raises(KeyboardInterrupt):
        search(database("cut"), observers=[StopAfter(stop)], **settings)
    storage = Storage(database("cut"))
    stored_trials = storage.trials(1)
    storage.close()
    resumed = search(database("cut"), resume=True, **settings)
    assert without_clock(resumed) == without_clock(whole)
    assert [trial for trial in resumed.trials if trial.number < stop] == stored_trials[:stop]  # not evaluated again


def test_steady_state_resumes_without_losing_or_repeating(database):
    settings = {"asynchronous": True, "workers": 3, "budget": 15}
    with pytest.raises(KeyboardInterrupt):
        search(database("cut"), observers=[StopAfter(6)], **settings)
    result = search(database("cut"), resume=True, **settings)
    assert len([trial for trial in result.trials if trial.purpose == "search"]) == 15
    assert len({trial.number for trial in result.trials}) == 16


def test_a_finished_run_resumes_to_the_same_result_without_an_evaluation(database):
    whole = search(database("runs"))
    assert search(database("runs"), resume=True).trials == whole.trials


@pytest.mark.parametrize("asynchronous", [False, True])
def test_a_run_that_the_clock_ended_goes_on_at_a_resume(database, asynchronous):
    def slow(**more):
        bound = {"budget": 40, "asynchronous": asynchronous, "middleware": ["budget:max_seconds=0.2"]}
        stored = {"storage": database("runs"), "name": "run", "space_options": {"seconds": 0.02}}
        return nasplug.search("toy:ToySpace", "toy:Climber", **bound, **stored, **more)

    before, after = slow(), slow(resume=True)
    assert after.trials[: len(before.trials)] == before.trials
    assert len(after.trials) > len(before.trials)
    assert after.best.test == toy.accuracy(after.best.architecture.code)  # of the incumbent of now


def test_a_name_is_taken_once_and_made_up_where_none_is_given(database):
    search(database("runs"))
    with pytest.raises(StorageError, match="'run' is already in .*Add --resume .*another --name"):
        search(database("runs"))
    names = [search(database("runs"), name=None, budget=1).run for _ in range(2)]
    assert names == ["ToySpace-toy:Climber-0-1", "ToySpace-toy:Climber-0-2"]


def test_a_run_refused_before_its_first_trial_leaves_nothing_behind(database):
    with pytest.raises(ConfigurationError):
        nasplug.search(toy.ToySpace(broken=True), "toy:Climber", budget=2, storage=database("runs"), name="run")
    storage = Storage(database("runs"))
    assert storage.all_runs() == []
    storage.close()


def test_resuming_with_other_settings_names_each_difference(database):
    search(database("runs"))
    with pytest.raises(StorageError, match="seed was 0, now 1; batch was 1, now 3. Resume it with"):
        search(database("runs"), resume=True, seed=1, batch=3)


def test_the_versions_that_took_part_are_kept(database):
    nasplug.search("toy:ToySpace", "random", budget=1, storage=database("runs"), name="run")
    storage = Storage(database("runs"))
    versions = storage.run("run").versions
    torch = {"torch"} if find_spec("torch") else set()
    assert {"python", "nasplug", "nasplug-strategies", "numpy"} | torch <= set(versions)
    assert (versions["numpy"], "nasplug-proxyless" in versions) == (np.__version__, False)
    storage.close()


def test_more_workers_at_a_resume_are_no_other_settings(database):
    whole = search(database("runs"), batch=2)
    assert search(database("runs"), resume=True, batch=2, workers=2).trials == whole.trials


def test_a_resume_needs_a_name_and_a_run_of_that_name(database):
    search(database("runs"))
    with pytest.raises(UsageError, match="Which run"):
        search(database("runs"), resume=True, name=None)
    with pytest.raises(StorageError, match=r"no run 'ruin' in .*Did you mean 'run'\?"):
        search(database("runs"), resume=True, name="ruin")


def test_a_newer_schema_is_refused(database):
    Storage(database("runs")).close()
    tamper(database("runs"), "UPDATE nasplug_schema SET version = 99")
    with pytest.raises(
        StorageError, match=f"schema version 99, this nasplug knows versions up to {SCHEMA_VERSION}. Upgrade"
    ):
        Storage(database("runs"))


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("{folder}/no/such/folder/runs.db", "Cannot open sqlite:///.*unable to open database file"),
        ("{folder}/text.db", "Cannot open .*file is not a database"),
        ("nonsense://", "database driver is not installed"),
        ("sqlite:runs.db", "is not a database URL"),
        ("", "names no file, and the trials would be lost"),
        ("sqlite://", "names no file, and the trials would be lost"),
    ],
)
def test_what_cannot_be_opened_is_one_message(tmp_path, url, complaint):
    (tmp_path / "text.db").write_text("This is a shopping list, and no database at all. " * 30)
    with pytest.raises(StorageError, match=complaint):
        Storage(url.format(folder=tmp_path))


def test_a_password_is_never_shown():
    with pytest.raises(StorageError, match=r"Cannot open postgresql\+none://me:\*\*\*@host/runs") as raised:
        Storage("postgresql+none://me:secret@host/runs")
    assert "secret" not in str(raised.value)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_without_write_permission_is_one_message(tmp_path):
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match="Check the path and your permissions"):
        Storage(f"{tmp_path}/runs.db")


def test_reading_never_creates_a_database(tmp_path):
    with pytest.raises(StorageError, match="There is no storage at"):
        Storage(f"{tmp_path}/none.db", must_exist=True)
    assert not (tmp_path / "none.db").exists()


def test_reading_leaves_somebody_elses_database_as_it_is(tmp_path):
    with closing(sqlite3.connect(tmp_path / "theirs.db")) as theirs:
        theirs.execute("create table songs (title text)")
        with pytest.raises(StorageError, match="holds no runs: nasplug has no tables there yet"):
            Storage(f"{tmp_path}/theirs.db", must_exist=True)
        assert theirs.execute("select name from sqlite_master").fetchall() == [("songs",)]
        assert theirs.execute("pragma journal_mode").fetchone() == ("delete",)
