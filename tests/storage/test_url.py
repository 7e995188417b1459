"""What a database is called: which file it is, and what of its URL may be shown."""

import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest
import toy
from click.testing import CliRunner

import nasplug
from nasplug.cli import runs, shared_options
from nasplug.errors import StorageError
from nasplug.storage import url as url_module
from nasplug.storage.storage import Storage
from nasplug.storage.url import DEFAULT_URL, create_engine, masked, parse_storage, shown, sqlite_file


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///runs.db", "runs.db"),
        ("sqlite+pysqlite:////tmp/runs.db?timeout=10", "/tmp/runs.db"),
        ("sqlite:///file:runs.db?mode=ro&uri=true", "runs.db"),
        ("sqlite:///file:///tmp/my%20runs.db?uri=true", "/tmp/my runs.db"),
        ("sqlite:///file:runs.db", "file:runs.db"),  # without uri=true SQLite takes it for a file's name
        ("postgresql+psycopg://host/file.db", None),
    ],
)
def test_the_file_of_a_url(url, file):
    assert sqlite_file(parse_storage(url)) == (None if file is None else Path(file))


@pytest.mark.parametrize(
    ("place", "file"),
    [
        ("~/runs.db", "/home/me/runs.db"),
        ("$DATA/runs.db", "/data/runs.db"),
        ("sqlite:///~/runs.db", "/home/me/runs.db"),
        ("sqlite+pysqlite:///${DATA}/runs.db?timeout=10", "/data/runs.db"),
        ("sqlite:///file:~/runs.db?uri=true", "/home/me/runs.db"),
    ],
)
def test_home_and_variables_are_expanded_in_the_path_of_a_file(monkeypatch, place, file):
    monkeypatch.setenv("HOME", "/home/me")
    monkeypatch.setenv("DATA", "/data")
    assert sqlite_file(parse_storage(place)) == Path(file)
    assert file in shown(place)


def test_nothing_is_expanded_in_the_address_of_a_server(monkeypatch):
    monkeypatch.setenv("DATA", "/data")
    url = "postgresql+psycopg://me:$DATA@host/runs"
    assert parse_storage(url).password == "$DATA"
    assert shown("postgresql://me@host/$DATA") == "postgresql://me@host/$DATA"


@pytest.mark.parametrize(
    "place", ["", "sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory"]
)
def test_a_database_in_memory_is_refused(place):
    with pytest.raises(StorageError, match="names no file, and the trials would be lost"):
        parse_storage(place)


@pytest.mark.parametrize("place", ["sqlite:runs.db", "postgresql://host:port/runs", "postgresql://me:s/e@c:ret@host/x"])
def test_what_is_no_url_is_one_message_without_the_password(place):
    with pytest.raises(StorageError, match="is not a database URL: wanted for instance sqlite:///nasplug.db") as error:
        parse_storage(place)
    assert "ret@" not in str(error.value)


def test_an_argument_that_the_driver_refuses_is_one_message():
    with pytest.raises(StorageError, match=r"'sqlite:///x.db\?uri=perhaps' is not a database URL"):
        Storage("sqlite:///x.db?uri=perhaps")


@pytest.mark.parametrize("name", ["what?.db", "100%25.db", "a b.db", "käse#1.db"])
def test_a_path_is_a_file_whatever_characters_it_has(tmp_path, name):
    storage = Storage(f"{tmp_path}/{name}")
    assert storage.url == f"sqlite:///{tmp_path}/{name}"
    storage.close()
    assert (tmp_path / name).is_file()
    Storage(f"{tmp_path}/{name}", must_exist=True).close()


def pragmas(engine):
    with engine.connect() as connection:
        names = ("journal_mode", "busy_timeout", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]


def test_a_sqlite_file_is_set_up_for_many_writers_and_left_alone_by_readers(tmp_path):
    url = parse_storage(f"{tmp_path}/runs.db")
    reader = create_engine(url, reads_only=True)
    assert pragmas(reader) == ["delete", 30_000, 1, 1]
    writer = create_engine(url)
    assert pragmas(writer) == ["wal", 30_000, 1, 1]
    for engine in (reader, writer):
        engine.dispose()


class Busy:
    """A connection whose file is busy for some attempts."""

    def __init__(self, attempts, code=sqlite3.SQLITE_BUSY):
        self.left, self.code = attempts, code

    def execute(self, statement):
        self.left -= 1
        if self.left >= 0:
            error = sqlite3.OperationalError("database is locked")
            error.sqlite_errorcode = self.code
            raise error
        return closing_nothing


closing_nothing = SimpleNamespace(close=lambda: None)


def test_the_journal_is_switched_when_the_file_is_no_longer_busy(monkeypatch):
    connection = Busy(3)
    url_module._switch_to_write_ahead_log(connection)
    assert connection.left == -1
    with pytest.raises(sqlite3.OperationalError):
        url_module._switch_to_write_ahead_log(Busy(1, sqlite3.SQLITE_READONLY))
    monkeypatch.setattr(url_module, "BUSY_TIMEOUT", 0.1)
    for_ever = Busy(10**9)
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        url_module._switch_to_write_ahead_log(for_ever)
    assert for_ever.left < 10**9 - 2  # it was tried again until the time was over


def test_the_command_line_has_the_same_default():
    assert shared_options.DEFAULT_URL == DEFAULT_URL


@pytest.mark.parametrize(
    ("shown", "secret"),
    [
        ("postgresql://me:***@host:5432/runs", "secret"),
        ("--storage=postgresql+psycopg://me:***@host/runs", "s/e@c:ret"),
        ("postgresql://me:***@host/runs?connect_timeout=9", "sec?ret"),
        ("postgresql://:***@host/runs", "secret"),
        ("postgresql://host/runs?user=me&password=***&sslmode=require", "secret"),
        ("postgresql://me:***@host/runs?sslpassword=***", "secret"),
    ],
)
def test_no_password_is_shown(shown, secret):
    assert masked(shown.replace("***", secret)) == shown


@pytest.mark.parametrize(
    "plain",
    [
        "sqlite:///a@b.db",
        "postgresql://me@host:5432/runs?options=-csearch_path=a@b",
        "postgresql://host:5432/runs?application_name=a@b",
    ],
)
def test_what_holds_no_password_is_shown_as_it_is(plain):
    assert masked(plain) == plain


def test_a_database_that_may_only_be_read_is_read(tmp_path):
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, storage=f"{tmp_path}/nasplug.db", name="night")
    url = f"sqlite:///file:{tmp_path}/nasplug.db?mode=ro&uri=true"
    assert "night" in CliRunner().invoke(runs.runs_command, ["--storage", url]).stdout
    missing = CliRunner().invoke(runs.runs_command, ["--storage", url.replace("nasplug.db", "none.db")])
    assert isinstance(missing.exception, StorageError)
    assert str(missing.exception).startswith(f"There is no storage at {tmp_path}/none.db.")


def test_reading_leaves_no_transaction_open(database):
    url = database("idle")
    nasplug.search(toy.ToySpace(), "toy:Grid", budget=2, storage=url, name="run")
    storage = Storage(url)
    assert len(storage.trials(storage.run("run").id)) == 3
    assert not storage.connection.in_transaction()
    storage.close()


def test_unnamed_runs_that_start_at_the_same_moment_get_different_names(database, monkeypatch):
    """The other driver takes the free name after this one has looked."""
    url, look = database("names"), Storage.all_runs

    def looked_too_early(storage):
        connected = look(storage)
        if not connected:
            nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, storage=url, name="ToySpace-toy:Grid-0-1")
        return connected

    monkeypatch.setattr(Storage, "all_runs", looked_too_early)
    assert nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, storage=url).run == "ToySpace-toy:Grid-0-2"


def test_an_interruption_shows_how_to_go_on_without_the_password(monkeypatch, capsys):
    import sys

    from nasplug.cli.run import _print_how_to_resume
    from nasplug.engine.progress import RunProgress

    progress = RunProgress()
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, observers=[progress])
    monkeypatch.setattr(sys, "argv", ["nasplug", "run", "--storage", "postgresql://me:secret@host/runs"])
    _print_how_to_resume(progress, {"name": None}, "Interrupted")
    stderr = capsys.readouterr().err
    assert "secret" not in stderr
    assert f"nasplug run --storage 'postgresql://me:***@host/runs' --name {result.run} --resume" in stderr
