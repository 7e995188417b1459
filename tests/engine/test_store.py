"""Memory and a database keep the same of a run, but for the jobs that other processes may take up."""

from contextlib import closing

import attrs
import pytest
import toy
from sessions import numbers

from nasplug.engine.store import Database, Memory
from nasplug.storage.storage import Storage
from nasplug.types import Evaluation, Trial


def trial(number):
    return Trial(number, toy.architecture(0, 0, 1), "complete", Evaluation(50.0, 2.0), None, "search", 1.0, 2.0, "x")


@pytest.fixture
def database(tmp_path):
    with closing(Storage(f"{tmp_path}/runs.db")) as storage:
        yield Database(storage, storage.create("run", {"budget": 3}, {}), "run")


@pytest.fixture(params=["memory", "database"])
def store(request):
    return Memory() if request.param == "memory" else request.getfixturevalue("database")


def test_trials_are_kept_in_the_order_of_their_numbers(store):
    store.add([trial(2), trial(0)])
    store.add([trial(1)])
    assert store.trials() == [trial(number) for number in range(3)]
    assert numbers(store.trials(known_numbers={0, 2, 9})) == [1]


def test_what_was_cut_off_is_added_once(store):
    store.add([trial(0)])
    store.add_missing([trial(0), trial(1)])
    assert numbers(store.trials()) == [0, 1]


def test_a_store_says_whether_others_may_ask_and_tell(store):
    assert store.is_shared is isinstance(store, Database)


def test_in_memory_open_jobs_are_the_sessions_own():
    memory = Memory()
    memory.open([toy.job(0, 0, 1)], None)
    memory.lend(0, 5.0)
    memory.end("enough")
    assert memory.open_jobs() == []


def test_a_database_keeps_open_jobs_and_who_has_them(database):
    job = attrs.evolve(toy.job(0, 0, 1), folder="")
    database.open([job], 5.0)
    database.lend(0, 9.0)
    assert database.open_jobs() == [(job, 9.0)]
    database.add([trial(0)])
    assert database.open_jobs() == []


def test_a_database_keeps_why_a_run_has_ended_until_it_goes_on(database):
    database.end("the budget is used")
    assert database.storage.run("run").ended == "the budget is used"
    with database.locked():
        database.change({"budget": 9})
        database.reopen()
    assert (database.storage.run("run").ended, database.storage.run("run").settings) == (None, {"budget": 9})
