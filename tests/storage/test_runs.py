"""What a storage says of its runs, on both databases: who drives one, how it goes on, is deleted or renamed."""

import os
import platform
import re
import subprocess
import sys
import time

import pytest
import sqlalchemy as sa
import toy
from stored import pretend, store, trial

from nasplug.errors import NameTaken, StorageError, UnknownRun
from nasplug.storage.lock import HEARTBEAT, STALE_AFTER, RunLock
from nasplug.storage.runs import Driver
from nasplug.storage.schema import metadata
from nasplug.storage.storage import Storage


@pytest.fixture
def storage(database, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", f"{tmp_path}/cache")  # where files of runs on a server are
    opened = Storage(database("runs"))
    yield opened
    opened.close()


@pytest.fixture
def driven(storage):
    """A storage with a run that this process drives."""
    with storage.locked(store(storage, "run", trial(0, 50.0)), "run"):
        yield storage


def statements(storage, action):
    """Returns the statements that an action executes, each with its parameters."""
    executed = []

    def note(connection, cursor, statement, parameters, *_):
        executed.append((statement, parameters))

    sa.event.listen(storage.engine, "before_cursor_execute", note)
    action()
    sa.event.remove(storage.engine, "before_cursor_execute", note)
    return executed


def test_one_run_is_found_by_one_statement_that_looks_at_no_other(storage):
    store(storage, "large", *(trial(number, 50.0) for number in range(200)))
    store(storage, "small", trial(0, 50.0), trial(1, 60.0, "final"))
    [(statement, parameters)] = statements(storage, lambda: storage.run("small"))
    assert (storage.run("small").trials, storage.run("large").trials) == (1, 200)
    if storage.engine.dialect.name == "sqlite":
        plan = storage.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
        assert [step.detail for step in plan if step.detail.startswith("SCAN")] == []


def test_the_error_for_an_unknown_run_reads_names_alone(storage):
    store(storage, "large", trial(0, 50.0))

    def look():
        with pytest.raises(UnknownRun, match="no run 'lage' in .* Did you mean 'large'?"):
            storage.run("lage")

    assert [statement for statement, _ in statements(storage, look)[1:] if "trials" in statement] == []


def test_a_run_that_a_process_drives_is_running(driven):
    run = driven.run("run")
    assert run == driven.all_runs()[0]
    assert run.state == f"running since {time.strftime('%H:%M')}, process {os.getpid()} on {platform.node()}"
    assert (run.is_over, run.broken_off) == (False, False)
    assert time.time() - 60 < run.running.since <= run.running.heartbeat <= time.time()


def test_since_when_a_process_drives_a_run_follows_from_its_heartbeats(driven):
    now = time.time()
    pretend(driven, beats=60, beaten=now)
    assert driven.run("run").running == Driver(os.getpid(), platform.node(), now - 60 * HEARTBEAT, now)
    pretend(driven, beats=100_000)
    assert re.match(r"running since \d{4}-\d\d-\d\d \d\d:\d\d, process", driven.run("run").state)


def test_a_run_whose_process_is_gone_is_broken_off(driven):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    pretend(driven, pid=gone.pid)
    run = driven.run("run")
    assert (run.running, run.broken_off, run.is_over) == (None, True, False)
    assert run.state.startswith("broken off: go on with nasplug run --name run --resume")


@pytest.mark.parametrize(("silent", "broken_off"), [(0.0, False), (STALE_AFTER + 60.0, True)])
def test_a_run_of_another_machine_is_broken_off_without_heartbeats(driven, silent, broken_off):
    pretend(driven, machine="elsewhere", host="node7", pid=2**22 + 1, beaten=time.time() - silent)
    run = driven.run("run")
    assert (run.broken_off, run.running is None) == (broken_off, broken_off)
    assert ("process 4194305 on node7" in run.state) != broken_off


def test_a_run_that_has_ended_says_why_unless_somebody_goes_on_with_it(storage):
    run = store(storage, "run", ended="the budget of 1 trials is used")
    assert (storage.run("run").state, storage.run("run").is_over) == ("the budget of 1 trials is used", True)
    with storage.locked(run, "run"):
        assert storage.run("run").state.startswith("running since")
        pretend(storage, machine="elsewhere", beaten=0.0)
        assert storage.run("run").state.startswith("broken off: ")


def test_a_run_without_a_process_is_not_ended(storage):
    store(storage, "it's mine")
    command = "nasplug run --name 'it'\"'\"'s mine' --resume --storage"
    assert storage.run("it's mine").state.startswith(f"not ended: go on with {command} ")


@pytest.mark.parametrize(
    ("numbers", "named"),
    [([3], "the job 3"), ([5, 3], "the jobs 3, 5"), (range(1, 9), "the jobs 1, 2, 3, 4, 5 and 3 more")],
)
def test_a_run_without_a_process_names_its_open_jobs(numbers, named, storage):
    run = store(storage, "run", trial(0, 50.0))
    storage.open(run, [toy.job(0, 0, 0, number=number) for number in [0, *numbers]], None)
    assert storage.run("run").open_jobs == tuple(sorted(numbers))
    assert storage.run("run").state.startswith(f"not ended, open are {named}: tell results with nasplug tell run ")
    with storage.locked(run, "run"):
        assert storage.run("run").state.startswith("running since")


def test_the_default_storage_is_not_named(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    storage = Storage("nasplug.db")
    store(storage, "run")
    assert storage.run("run").state == "not ended: go on with nasplug run --name run --resume"
    storage.close()


def rows_of(storage, run):
    """Returns the number of rows of a run in each table that has some."""
    tables = {table.name: table.c.run for table in metadata.sorted_tables if "run" in table.c}
    counts = {
        name: storage.connection.scalar(sa.select(sa.func.count()).where(column == run))
        for name, column in tables.items()
    }
    storage.connection.rollback()
    return {name: count for name, count in counts.items() if count}


def test_a_run_is_deleted_with_all_that_is_stored_of_it_and_nothing_else(storage):
    first, second = (store(storage, name, trial(0, 50.0), trial(1), trial(2, 60.0, "final")) for name in "ab")
    storage.delete(storage.run("a"))
    assert [run.name for run in storage.all_runs()] == ["b"]
    assert (rows_of(storage, first), rows_of(storage, second)) == ({}, {"nasplug_trials": 3})
    store(storage, "a")  # the name is free


def test_a_run_that_broke_off_is_deleted_although_its_lock_is_still_there(driven):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    pretend(driven, pid=gone.pid)
    other = Storage(driven.engine.url.render_as_string(hide_password=False))
    other.delete(other.run("run"))
    assert other.all_runs() == []
    assert rows_of(other, 1) == {}
    other.close()


def test_a_renamed_run_keeps_everything(storage):
    run = store(storage, "old", trial(0, 50.0), ended="done")
    before = storage.run("old")
    storage.rename(before, "new")
    after = storage.run("new")
    assert (after.id, after.trials, after.settings, after.ended) == (run, 1, before.settings, "done")
    assert storage.trials(run) == [trial(0, 50.0)]
    with pytest.raises(UnknownRun):
        storage.run("old")


@pytest.mark.parametrize(
    ("name", "error", "message"),
    [
        ("taken", NameTaken, "A run named 'taken' is already in .*Choose another name"),
        ("", StorageError, "1 to 200 printable characters"),
        ("two\nlines", StorageError, "1 to 200 printable characters"),
    ],
)
def test_what_is_no_free_name_is_refused(storage, name, error, message):
    store(storage, "taken")
    store(storage, "run")
    with pytest.raises(error, match=message):
        storage.rename(storage.run("run"), name)
    assert [run.name for run in storage.all_runs()] == ["taken", "run"]


def checkpoint(storage, name, text="kept"):
    """Writes a file of the first job of a run, and returns its path."""
    file = storage.folder(name) / "0" / "checkpoint"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    return file


def test_the_files_of_a_run_are_deleted_with_it_and_no_others(storage):
    for name in ("a", "b"):
        store(storage, name, trial(0, 50.0))
        checkpoint(storage, name)
    storage.delete(storage.run("a"))
    assert [folder.name for folder in storage.folder("b").parent.iterdir()] == ["b"]


def test_the_files_of_a_run_have_its_new_name(storage):
    store(storage, "old")
    before = checkpoint(storage, "old")
    storage.rename(storage.run("old"), "new")
    assert not before.exists()
    assert (storage.folder("new") / "0" / "checkpoint").read_text() == "kept"


def test_a_run_that_was_renamed_by_another_at_this_moment_keeps_its_files(storage):
    store(storage, "run")
    checkpoint(storage, "run")
    before = storage.run("run")
    storage.rename(before, "theirs")
    storage.rename(before, "ours")
    assert [file.read_text() for file in storage.folder("ours").glob("*/*")] == ["kept"]


def test_a_name_that_is_taken_leaves_the_files_of_both(storage):
    for name in ("run", "taken"):
        store(storage, name)
        checkpoint(storage, name, name)
    with pytest.raises(NameTaken):
        storage.rename(storage.run("run"), "taken")
    assert [(storage.folder(name) / "0" / "checkpoint").read_text() for name in ("run", "taken")] == ["run", "taken"]


def test_files_that_cannot_be_removed_are_named_and_keep_the_run(storage, monkeypatch):
    store(storage, "run")
    file = checkpoint(storage, "run")

    def refuse(folder):
        raise PermissionError(13, "Permission denied", str(file))

    monkeypatch.setattr("nasplug.storage.run_folders.shutil.rmtree", refuse)
    with pytest.raises(StorageError, match="Permission denied: '.*checkpoint'. Check the path and your permissions"):
        storage.delete(storage.run("run"))
    assert storage.run("run").name == "run"


def test_the_files_stay_where_they_are_when_the_program_goes_to_another_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    opened = Storage("runs.db")
    monkeypatch.chdir("/")
    assert opened.folder("run") == tmp_path / "runs.db-files" / "run"
    opened.close()


def test_a_new_run_finds_no_files_of_an_earlier_one_of_its_name(storage):
    left_over = checkpoint(storage, "run")  # of a run that was deleted on another machine
    store(storage, "run")
    assert not left_over.exists()


@pytest.mark.parametrize("deletes", [True, False])
def test_the_files_of_a_run_that_has_no_trial_go_with_it(storage, deletes):
    run = store(storage, "run", *([] if deletes else [trial(0, 50.0)]))
    file = checkpoint(storage, "run")
    storage.delete_if_empty(run)
    assert file.exists() is not deletes


@pytest.mark.parametrize("action", [Storage.delete, lambda storage, run: storage.rename(run, "new")])
def test_a_run_that_a_live_process_drives_is_left_alone_and_the_process_is_named(driven, action):
    with pytest.raises(StorageError, match=f"is driven by process {os.getpid()} on {platform.node()}"):
        action(driven, driven.run("run"))
    assert (driven.run("run").trials, len(driven.trials(1))) == (1, 1)


@pytest.mark.parametrize("action", [Storage.delete, lambda storage, run: storage.rename(run, "new")])
def test_who_loses_the_lock_in_between_changes_nothing(storage, monkeypatch, action):
    run = store(storage, "run", trial(0, 50.0))
    acquire = RunLock.acquire

    def acquire_and_lose(lock):
        acquire(lock)
        pretend(storage, owner="another")

    monkeypatch.setattr(RunLock, "acquire", acquire_and_lose)
    with pytest.raises(StorageError, match="was taken over by another process"):
        action(storage, storage.run("run"))
    assert (storage.run("run").name, storage.trials(run)) == ("run", [trial(0, 50.0)])
