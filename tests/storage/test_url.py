"""What a database is called: which file it is, and what of its URL may be shown."""

from pathlib import Path

import pytest
import toy

import nasplug
from nasplug.cli import shared_options
from nasplug.errors import StorageError
from nasplug.storage.storage import Storage
from nasplug.storage.url import DEFAULT_URL, file_of, masked, url_of


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
    assert file_of(url) == (None if file is None else Path(file))


@pytest.mark.parametrize(
    "place", ["", "sqlite://", "sqlite:///:memory:", "sqlite:///file::memory:?uri=true", "sqlite:///file:x?mode=memory"]
)
def test_a_database_in_memory_is_refused(place):
    with pytest.raises(StorageError, match="names no file, and the trials would be lost"):
        url_of(place)


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


def test_a_database_that_may_only_be_read_is_read(nasplug, tmp_path):
    assert nasplug("run", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--budget", "2").returncode == 0
    url = f"sqlite:///file:{tmp_path}/nasplug.db?mode=ro&uri=true"
    assert "ToySpace-toy:Grid-0-1" in nasplug("runs", "--storage", url).stdout
    missing = nasplug("runs", "--storage", url.replace("nasplug.db", "none.db"))
    assert missing.stderr.startswith(f"Error: There is no storage at {tmp_path}/none.db.")


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
        found = look(storage)
        if not found:
            nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, storage=url, name="ToySpace-toy:Grid-0-1")
        return found

    monkeypatch.setattr(Storage, "all_runs", looked_too_early)
    assert nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, storage=url).run == "ToySpace-toy:Grid-0-2"


def test_an_interruption_shows_how_to_go_on_without_the_password(monkeypatch, capsys):
    import sys

    from nasplug.cli.progress import RunProgress
    from nasplug.cli.run import _print_how_to_resume

    progress = RunProgress()
    result = nasplug.search(toy.ToySpace(), "toy:Grid", budget=1, observers=[progress])
    monkeypatch.setattr(sys, "argv", ["nasplug", "run", "--storage", "postgresql://me:secret@host/runs"])
    _print_how_to_resume(progress, {"name": None})
    told = capsys.readouterr().err
    assert "secret" not in told
    assert f"nasplug run --storage 'postgresql://me:***@host/runs' --name {result.run} --resume" in told
