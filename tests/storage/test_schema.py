"""Databases of released schemas are migrated where they are, whole or not at all."""

import threading

import pytest
import sqlalchemy as sa
import toy
from paths import FIXTURES

from nasplug.errors import StorageError
from nasplug.storage import schema
from nasplug.storage.storage import Storage

RELEASED = FIXTURES / "schemas"


@pytest.fixture
def old(database):
    """The URL of a database that the released schema 1 made."""
    url = database("old")
    engine = sa.create_engine(url)
    serial = "SERIAL" if engine.dialect.name == "postgresql" else "INTEGER"
    with engine.begin() as connection:
        for statement in (RELEASED / "1.sql").read_text().replace("{serial}", serial).split(";\n"):
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
