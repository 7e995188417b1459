"""Databases of released schemas are migrated where they are, whole or not at all."""

import threading
from contextlib import closing

import attrs
import pytest
import sqlalchemy as sa
import toy
from paths import FIXTURES

import nasplug
from nasplug.errors import StorageError
from nasplug.storage import schema
from nasplug.storage.storage import Storage

RELEASED = FIXTURES / "schemas"


@pytest.fixture
def old(database):
    """The URL of a database that the released schema 1 made."""
    return made_by(1, database)


@pytest.fixture
def previous(database):
    """The URL of a database that the released schema 2 made."""
    return made_by(2, database)


def made_by(version, database):
    url = database("old")
    engine = sa.create_engine(url)
    serial = "SERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
    with engine.begin() as connection:
        for statement in (RELEASED / f"{version}.sql").read_text().replace("{serial}", serial).split(";\n"):
            if statement.strip():
                connection.exec_driver_sql(statement)
    engine.dispose()
    return url


def versions(url):
    engine = sa.create_engine(url)
    with engine.connect() as connection:
        version_rows = connection.exec_driver_sql("SELECT version FROM nasplug_schema").scalars().all()
        tables = sa.inspect(connection).get_table_names()
    engine.dispose()
    return version_rows, "nasplug_locks" in tables


def test_every_released_schema_is_a_fixture():
    assert all("CREATE TABLE nasplug_runs" in path.read_text() for path in RELEASED.glob("*.sql"))
    assert {path.stem for path in RELEASED.glob("*.sql")} == {str(version) for version in schema.MIGRATIONS}
    assert set(schema.MIGRATIONS) == set(range(1, schema.SCHEMA_VERSION))


def test_a_database_of_schema_1_is_migrated_where_it_is(old):
    storage = Storage(old)
    assert [(run.name, run.trials, run.settings, run.ended) for run in storage.all_runs()] == [
        ("ended", 1, {"seed": 0}, "the budget of 1 trials is used"),
        ("killed", 1, {"seed": 1}, None),
    ]
    first, final = storage.trials(1)
    assert (first.architecture, first.accuracy, first.latency) == (toy.architecture(0, 1, 2), 71.5, 12.5)
    assert (first.evaluation.metrics, final.purpose) == ({"parameters": 100.0}, "final")
    assert storage.trials(2)[0].error == "RuntimeError: loss is NaN"
    with storage.locked(2, "killed"):  # the tables of the new schema are there, and work
        assert storage.create("another", {}, {}) == 3
    storage.close()
    assert versions(old) == ([schema.SCHEMA_VERSION], True)


def test_a_migration_that_breaks_leaves_everything_as_it_was(old, monkeypatch):
    def breaks(connection):
        schema.locks.create(connection)
        raise sa.exc.OperationalError("CREATE", {}, Exception("the power is gone"))

    monkeypatch.setitem(schema.MIGRATIONS, 1, breaks)
    with pytest.raises(StorageError, match="the power is gone"):
        Storage(old)
    assert versions(old) == ([1], False)
    monkeypatch.undo()
    Storage(old).close()
    assert versions(old) == ([schema.SCHEMA_VERSION], True)


@pytest.mark.parametrize("begin", ["old", "empty"])
def test_many_that_open_it_at_once_migrate_it_once(begin, database, request):
    url = request.getfixturevalue("old") if begin == "old" else database("empty")
    errors = []

    def opens():
        try:
            Storage(url).close()
        except StorageError as error:
            errors.append(error)

    threads = [threading.Thread(target=opens) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (errors, versions(url)) == ([], ([schema.SCHEMA_VERSION], True))


def search(url, **request):
    settings = {"seed": 3, "name": "run", **request}
    return nasplug.search("toy:ToySpace", "toy:Climber", storage=url, **settings)


def outcome(result):
    return [attrs.evolve(trial, started=0.0, finished=0.0) for trial in result.trials]


def test_a_database_of_schema_2_is_migrated_where_it_is(previous):
    with closing(Storage(previous)) as storage:
        assert [(run.name, run.trials) for run in storage.all_runs()] == [("ended", 6), ("killed", 5)]
        assert {(trial.epochs, trial.continues) for trial in storage.trials(1)} == {(None, None)}
        assert storage.open_jobs(1) == storage.open_jobs(2) == []
        storage.open(2, [toy.job(0, 1, 2, number=7, epochs=9)])
        assert [(job.number, job.epochs, until) for job, until in storage.open_jobs(2)] == [(7, 9, None)]
    assert versions(previous) == ([schema.SCHEMA_VERSION], True)


def test_the_lock_of_a_driver_of_schema_2_is_taken_over(previous):
    with closing(Storage(previous)) as storage, storage.locked(2, "killed"):
        storage.end(2, "driven by somebody else now")
        assert storage.run("killed").ended == "driven by somebody else now"


def test_a_run_of_schema_2_that_has_ended_is_resumed_by_its_name_alone(previous, database):
    resumed = nasplug.search(storage=previous, name="ended", resume=True)
    assert outcome(resumed) == outcome(search(database("whole"), budget=6))


def test_a_run_of_schema_2_grows(previous, database):
    grown = nasplug.search(storage=previous, name="ended", resume=True, budget=12)
    whole = search(database("whole"), budget=12)
    assert searched(grown) == searched(whole)
    assert grown.best == whole.best


def searched(result):
    """Returns what was searched for, without the numbers, which are others where a final evaluation came between."""
    return [attrs.evolve(trial, number=0) for trial in outcome(result) if trial.purpose == "search"]


def test_a_run_of_schema_2_that_was_killed_inside_a_batch_ends_as_it_would_have(previous, database):
    whole = search(database("whole"), budget=9, batch=3)
    assert outcome(nasplug.search(storage=previous, name="killed", resume=True)) == outcome(whole)


def test_another_strategy_than_the_one_that_began_such_a_batch_is_noticed(previous):
    engine = sa.create_engine(previous)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE nasplug_trials SET architecture = 'toy:3,3,3' WHERE run = 2 AND number = 3")
    engine.dispose()
    wrong = r"its stored trial 3 is toy:3,3,3, but the strategy now suggests toy:1,0,3"
    with pytest.raises(StorageError, match=wrong):
        nasplug.search(storage=previous, name="killed", resume=True)
