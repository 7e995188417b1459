"""The command line as a user types it, in a process of its own."""

import csv
import json
import math
import os
import signal
import subprocess
import sys
import time
from contextlib import closing

import pytest
from paths import HELPERS

from nasplug import Architecture, Evaluation, Trial
from nasplug.storage.storage import Storage

RUN = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--budget", "5", "--name", "first")


def test_a_run_prints_one_json_document_and_keeps_its_trials(invoke, tmp_path):
    done = invoke(*RUN, "--json")
    found = json.loads(done.stdout)
    assert list(found) == ["run", "space", "strategy", "seed", "trials", "failed", "cost", "best", "storage"]
    assert set(found["best"]) == {"architecture", "validation", "test", "source", "latency", "metrics"}
    assert (found["run"], found["trials"], found["failed"], found["best"]["architecture"]) == (
        "first",
        5,
        0,
        "toy:0,0,3",
    )
    assert (tmp_path / "nasplug.db").exists()
    assert "trial 5/5" in done.stderr


def test_a_run_for_people_ends_with_a_table(invoke):
    done = invoke(*RUN, "--device", "toyphone")
    assert done.returncode == 0
    for line in ("architecture", "validation accuracy", "test accuracy", "latency", "parameters", "kept in"):
        assert line in done.stdout


def test_the_storage_can_be_asked_afterwards(invoke):
    invoke(*RUN)
    runs = json.loads(invoke("runs", "--json").stdout)
    assert [(run["run"], run["trials"], run["ended"]) for run in runs] == [
        ("first", 5, "the budget of 5 trials is used")
    ]
    trials = json.loads(invoke("trials", "first", "--json").stdout)
    assert list(trials[0])[:12] == [
        "number", "architecture", "canonical", "state", "purpose", "accuracy",
        "cost", "source", "error", "latency", "started", "finished",
    ]  # fmt: skip
    assert trials == json.loads(invoke("export", "first", "--format", "json").stdout)
    assert json.loads(invoke("best", "first", "--json").stdout)["architecture"] == "toy:0,0,3"
    rows = list(csv.DictReader(invoke("export", "first", "--format", "csv").stdout.splitlines()))
    assert [row["parameters"] for row in rows] == ["100.0"] * 6
    assert "toy:0,0,3" in invoke("trials", "first").stdout
    assert "first" in invoke("runs").stdout
    assert "validation accuracy" in invoke("best", "first").stdout


def test_a_run_without_trials_is_said_to_be_empty(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        storage.create("early", {"space": "toy", "strategy": "random", "seed": 0}, {})
    for command in ("trials", "export", "best"):
        done = invoke(command, "early")
        assert (done.returncode, done.stderr) == (
            1,
            "Error: The run 'early' is empty: no trial was stored before it ended.\n",
        )


def test_a_metric_that_is_no_number_is_null_in_json(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        run = storage.create("diverged", {"space": "toy", "strategy": "random", "seed": 0}, {})
        found = Evaluation(50.0, 1.0, {"loss": math.nan}, "toy")
        storage.add(run, Trial(0, Architecture("toy", (1,)), "complete", found, None, "search", 0.0, 1.0))
    invoke("export", "diverged", "--format", "json", "--out", "x.json")
    assert json.loads((tmp_path / "x.json").read_text(), parse_constant=pytest.fail)[0]["loss"] is None


def test_names_with_brackets_are_names_and_no_markup(invoke):
    done = invoke(*RUN[:-1], "exp[/a]", "--storage", "my [old] runs.db")
    assert done.returncode == 0, done.stderr
    assert "kept in sqlite:///my [old] runs.db as exp[/a]" in done.stderr


def test_options_reach_space_strategy_and_middleware(invoke, tmp_path):
    done = invoke(*RUN, "--space-opt", "value=33", "--with", "cache", "--with", "log:path=log.jsonl", "--json")
    assert json.loads(done.stdout)["best"]["validation"] == 33.0
    assert len((tmp_path / "log.jsonl").read_text().splitlines()) == 8


def test_list_and_show_tell_what_is_installed(invoke):
    listed = json.loads(invoke("list", "--json").stdout)
    assert {"kind", "name", "value", "distribution", "version", "problem"} == set(listed[0])
    assert "regularized_evolution" in invoke("list", "strategies").stdout
    shown = json.loads(invoke("show", "budget", "--json").stdout)
    assert [option["name"] for option in shown["options"]] == ["max_cost", "max_seconds", "target"]
    assert "seconds of training that the search may cost" in invoke("show", "budget").stdout
    assert "how long an evaluation takes" in invoke("show", "toy:ToySpace").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("run",), 2, "Missing option '--space'"),
        (("rnu",), 2, "No such command 'rnu'. Did you mean 'run'?"),
        (("run", "--space", "proxyles", "--strategy", "random"), 2, "Did you mean 'proxyless'?"),
        (("show", "nothing"), 2, "No plugin named 'nothing'"),
        ((*RUN[:5], "--budget", "0"), 2, "budget must be at least 1"),
        ((*RUN, "--space-opt", "value=abc"), 2, "option value wants float, got 'abc'"),
        ((*RUN, "--space-opt", "vlaue=1"), 2, "Did you mean 'value'?"),
        ((*RUN, "--latency", "75"), 2, "is not LOW:HIGH"),
        ((*RUN, "--device", "abacus"), 1, "cannot tell latencies on the device 'abacus'"),
        ((*RUN, "--with", "nothing"), 2, "No middleware named 'nothing'"),
        ((*RUN, "--storage", "no/folder/x.db"), 1, "unable to open database file"),
        ((*RUN, "--resume"), 1, "There is no run 'first'"),
        ((*RUN, "--space-opt", "broken=yes"), 1, "The toy has no batteries"),
        (
            (*RUN, "--space-opt", "value=250"),
            1,
            "No trial of the run 'first' is complete: 5 failed. The first: ValueError",
        ),
        (("best", "nobody"), 1, "There is no storage at nasplug.db"),
    ],
)
def test_a_mistake_is_one_message_without_a_traceback(invoke, arguments, code, message):
    done = invoke(*arguments)
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in done.stderr


def test_debug_shows_where_an_error_came_from(nasplug):
    done = nasplug("show", "nothing", "--debug")
    assert (done.returncode, "Traceback" in done.stderr) == (1, True)


def test_a_name_that_exists_and_other_settings_lose_nothing(invoke):
    invoke(*RUN)
    before = invoke("export", "first").stdout
    assert "already in sqlite:///nasplug.db. Add --resume" in invoke(*RUN).stderr
    assert "seed was 0, now 1" in invoke(*RUN, "--seed", "1", "--resume").stderr
    assert invoke("export", "first").stdout == before


@pytest.mark.parametrize(
    ("number", "code", "times"), [(signal.SIGINT, 130, 1), (signal.SIGTERM, 143, 1), (signal.SIGINT, 130, 3)]
)
def test_an_interrupted_run_says_how_to_go_on_and_does(invoke, tmp_path, number, code, times):
    command = (*RUN, "--space-opt", "seconds=0.4")
    with subprocess.Popen(
        [sys.executable, "-m", "nasplug.cli", *command],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(HELPERS)},
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # a background job would ignore Ctrl-C
    ) as run:
        for line in run.stderr:
            if "trial 2/5" in line:
                break
        time.sleep(0.1)
        for _ in range(times):  # an impatient user: each comes while the run is about to end
            run.send_signal(number)
            time.sleep(0.005)
        said = run.stderr.read()
    assert (run.returncode, said.count("Interrupted."), "Traceback" in said) == (code, 1, False), said
    assert "2 trials are kept in sqlite:///nasplug.db" in said
    assert "--name first" in said
    assert said.rstrip().endswith("--resume")
    done = invoke(*command, "--resume", "--json")
    assert json.loads(done.stdout)["trials"] == 5
