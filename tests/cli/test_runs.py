"""`nasplug runs` as a user calls it: the list, and a run that is deleted or renamed."""

import json
import os
import platform
import pty
import re
import subprocess
import sys
from contextlib import closing

import pytest
from paths import HELPERS
from stored import pretend, store, trial

from nasplug.storage.storage import Storage


@pytest.fixture
def storage(tmp_path):
    """The storage that the commands find, with a run of two search trials that has ended."""
    with closing(Storage(f"{tmp_path}/nasplug.db")) as opened:
        store(opened, "first", trial(0, 50.0), trial(1), trial(2, 60.0, "final"), ended="the budget is used")
        yield opened


def test_runs_are_listed_with_when_they_began_and_how_they_are(invoke, storage):
    store(storage, "early")
    columns, first, early = invoke("runs").stdout.splitlines()
    assert columns.split() == ["run", "space", "strategy", "seed", "trials", "started", "state"]
    assert re.fullmatch(r"first +toy:ToySpace +random +0 +2 +\d{4}-\d\d-\d\d \d\d:\d\d +the budget is used", first)
    assert re.fullmatch(r"early .* 0 +\S+ \S+ +not ended: go on with nasplug run --name early --resume", early)


def test_a_run_that_is_going_on_says_since_when_and_by_which_process(invoke, storage):
    with storage.locked(1, "first"):
        running = rf"running since \d\d:\d\d, process {os.getpid()} on {re.escape(platform.node())}"
        assert re.search(f" {running}$", invoke("runs").stdout.splitlines()[1])
        pretend(storage, machine="elsewhere", beaten=0.0)
        assert "broken off: go on with nasplug run --name first --resume" in invoke("runs").stdout


def test_the_document_names_the_process_of_a_run(invoke, storage):
    with storage.locked(1, "first"):
        [running] = json.loads(invoke("runs", "--json").stdout)
        assert running["running"].keys() == {"pid", "host", "since", "heartbeat"}
        assert (running["running"]["pid"], running["running"]["host"]) == (os.getpid(), platform.node())
    [ended] = json.loads(invoke("runs", "--json").stdout)
    assert (ended["run"], ended["trials"], ended["ended"], ended["running"]) == ("first", 2, "the budget is used", None)
    assert ended.items() >= {"space": "toy:ToySpace", "strategy": "random", "seed": 0, "budget": None}.items()


def test_a_run_is_deleted_with_yes(invoke, storage):
    store(storage, "second")
    done = invoke("runs", "--delete", "first", "--yes")
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "Deleted the run 'first' with its trials (2).\n"
    assert [run.name for run in storage.all_runs()] == ["second"]
    assert json.loads(invoke("runs", "--delete", "second", "--yes", "--json").stdout) == {
        "deleted": "second",
        "trials": 0,
    }


def test_the_files_of_a_run_are_named_and_deleted_with_it(invoke, storage):
    folder = storage.folder("first")
    (folder / "0").mkdir(parents=True)
    done = invoke("runs", "--delete", "first", "--yes")
    assert " ".join(done.stderr.split()) == f"Deleted the run 'first' with its trials (2) and its files in {folder}."
    assert not folder.exists()


def test_without_a_terminal_nothing_is_deleted_unless_yes_is_given(invoke, storage):
    done = invoke("runs", "--delete", "first")
    assert (done.returncode, "There is no terminal to ask on" in done.stderr, "add --yes" in done.stderr) == (
        2,
        True,
        True,
    )
    assert storage.run("first").trials == 2


@pytest.mark.slow
@pytest.mark.parametrize(("answer", "remaining"), [(b"y\n", []), (b"n\n", ["first"]), (b"\n", ["first"])])
def test_on_a_terminal_a_run_is_deleted_after_a_question(storage, tmp_path, answer, remaining):
    ours, theirs = pty.openpty()
    os.write(ours, answer)
    command = [sys.executable, "-m", "nasplug.cli", "runs", "--delete", "first"]
    env = {**os.environ, "PYTHONPATH": str(HELPERS)}
    done = subprocess.run(command, cwd=tmp_path, env=env, stdin=theirs, capture_output=True, text=True, timeout=60)
    os.close(theirs)
    os.close(ours)
    assert (done.returncode, done.stdout) == (0, "")
    assert "Delete the run 'first' with its trials (2)? [y/N]:" in done.stderr
    assert [run.name for run in storage.all_runs()] == remaining


def test_a_run_is_renamed(invoke, storage):
    done = invoke("runs", "--rename", "first", "best of May")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "The run 'first' is now 'best of May'.\n")
    assert len(json.loads(invoke("trials", "best of May", "--json").stdout)) == 3
    renamed = json.loads(invoke("runs", "--rename", "best of May", "second", "--json").stdout)
    assert renamed == {"renamed": "best of May", "run": "second"}


@pytest.mark.parametrize("change", [("--delete", "first", "--yes"), ("--rename", "first", "second")])
def test_a_run_that_is_driven_is_neither_deleted_nor_renamed(invoke, storage, change):
    with storage.locked(1, "first"):
        done = invoke("runs", *change)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"The run 'first' is driven by process {os.getpid()} on {platform.node()} at this moment" in done.stderr
    assert storage.run("first").trials == 2


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--delete", "frist", "--yes"), 1, "There is no run 'frist' in sqlite:///nasplug.db. Did you mean 'first'?"),
        (("--delete", "", "--yes"), 1, "There is no run ''"),
        (("--rename", "first", "first"), 0, "is now"),
        (("--rename", "first", "other"), 1, "A run named 'other' is already in"),
        (("--rename", "first"), 2, "requires 2 arguments"),
        (("--rename", "first", "x", "--delete", "first"), 2, "Either --delete or --rename"),
        (("--yes",), 2, "--yes answers the question of --delete"),
    ],
)
def test_what_cannot_be_done_is_one_message(invoke, storage, arguments, code, message):
    store(storage, "other")
    done = invoke("runs", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert {run.name for run in storage.all_runs()} == {"first", "other"}


def test_a_run_in_a_server_s_database_is_deleted_and_renamed(invoke, database):
    with closing(Storage(database("runs"))) as storage:
        store(storage, "a", trial(0, 50.0))
        store(storage, "b", trial(0, 50.0))
        assert invoke("runs", "--storage", database("runs"), "--delete", "a", "--yes").returncode == 0
        assert invoke("runs", "--storage", database("runs"), "--rename", "b", "a").returncode == 0
        assert [(run.name, run.trials) for run in storage.all_runs()] == [("a", 1)]
