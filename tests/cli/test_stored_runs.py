"""`trials`, `export` and `best` as a user calls them, and what all readers say of a run that is not over."""

import csv
import io
import json
import math
import os
import platform
import re
from contextlib import closing

import pytest
from stored import pretend, store, trial

from nasplug import Architecture, Evaluation, Trial
from nasplug.storage.storage import Storage

RUN = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--budget", "5", "--name", "first")


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


READERS = ("trials", "export", "best", "report --out x.html", "plot --out x.png")


def call_reader(invoke, reader, run):
    command, *options = reader.split()
    return invoke(command, run, *options)


@pytest.mark.parametrize("reader", READERS)
def test_a_run_without_a_trial_says_how_it_is(invoke, tmp_path, reader):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        store(storage, "ended", ended="the strategy has nothing more to suggest")
        with storage.locked(store(storage, "early"), "early"):
            running = call_reader(invoke, reader, "early")
        stopped, ended = call_reader(invoke, reader, "early"), call_reader(invoke, reader, "ended")
    process = f"process {os.getpid()} on {platform.node()}"
    assert re.fullmatch(
        rf"Error: The run 'early' has no trial yet \(running since \d\d:\d\d, {process}\).\n", running.stderr
    )
    command = "nasplug run --name early --resume"
    assert stopped.stderr == f"Error: The run 'early' has no trial yet (not ended: go on with {command}).\n"
    assert ended.stderr == "Error: The run 'ended' is empty: no trial was stored before it ended.\n"
    assert (running.returncode, running.stdout, stopped.returncode, ended.returncode) == (1, "", 1, 1)


@pytest.mark.parametrize("reader", ["best", "plot --out x.png", "plot --kind latency --out x.png"])
def test_a_run_without_a_complete_trial_yet_says_how_it_is(invoke, tmp_path, reader):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        with storage.locked(store(storage, "early", trial(0, error="RuntimeError: lost\n  where")), "early"):
            running = call_reader(invoke, reader, "early")
        store(storage, "ended", trial(0), ended="the budget is used")
    assert running.stderr.startswith("Error: The run 'early' has no complete trial yet (running since ")
    assert running.stderr.endswith("): 1 failed. The first: RuntimeError: lost\n")
    ended = call_reader(invoke, reader, "ended")
    assert ended.stderr == "Error: The run 'ended' has no complete trial: 1 failed. The first: RuntimeError: lost\n"


@pytest.mark.parametrize("reader", ["trials", "trials --json", "export", "best", "best --json"])
def test_what_is_read_of_a_run_that_is_not_over_says_so_beside_it(invoke, tmp_path, reader):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        run = store(storage, "early", trial(0, 50.0))
        with storage.locked(run, "early"):
            running = call_reader(invoke, reader, "early")
            pretend(storage, machine="elsewhere", beaten=0.0)
            broken_off = call_reader(invoke, reader, "early")
    assert running.stderr.startswith("The run 'early' is not over (running since ")
    how = "broken off: go on with nasplug run --name early --resume"
    assert broken_off.stderr == f"The run 'early' is not over ({how}).\n"
    assert "toy:0,0,0" in running.stdout
    if reader == "best --json":
        documents = [json.loads(reading.stdout)["running"] for reading in (running, broken_off)]
        assert (documents[0]["pid"], documents[1]) == (os.getpid(), None)


def test_a_report_names_the_process_of_a_run(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        run = store(storage, "early", trial(0))
        with storage.locked(run, "early"):
            assert invoke("report", "early", "--out", "x.html").returncode == 0
    assert f", process {os.getpid()} on " in (tmp_path / "x.html").read_text().partition("</header>")[0]


def test_a_metric_that_is_called_like_a_column_is_in_a_column_of_its_own(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        store(storage, "run", trial(0, 50.0, metrics={"state": 1.5, "accuracy": 2.5, "loss": 3.5}), ended="done")
    [row] = json.loads(invoke("trials", "run", "--json").stdout)
    assert (row["state"], row["accuracy"]) == ("complete", 50.0)
    assert (row["metric.state"], row["metric.accuracy"], row["loss"]) == (1.5, 2.5, 3.5)
    [line] = csv.DictReader(invoke("export", "run").stdout.splitlines())
    assert (line["state"], line["metric.state"], line["loss"]) == ("complete", "1.5", "3.5")


LONG = "ValueError: 'learning_rate'\n  space.py:12 in evaluate: rate = options['learning_rate']"


@pytest.fixture
def failures(tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        failed = (trial(1, error=LONG), trial(2, purpose="final", error="OSError: \x1b[2Jgone"))
        store(storage, "some", trial(0, 50.0), *failed, ended="done")
        store(storage, "none", trial(0, 50.0), ended="done")


def test_trials_show_the_first_line_of_an_error_and_all_of_it_with_failed(invoke, failures):
    [line] = [line for line in invoke("trials", "some").stdout.splitlines() if "ValueError" in line]
    assert line.endswith("ValueError: 'learning_rate'")
    assert invoke("trials", "some", "--failed").stdout.splitlines() == [
        "trial 1, toy:0,0,1:",
        "  ValueError: 'learning_rate'",
        "    space.py:12 in evaluate: rate = options['learning_rate']",
        "final 2, toy:0,0,2:",
        "  OSError: \\x1b[2Jgone",
    ]


def test_documents_and_exports_have_errors_whole(invoke, failures):
    assert json.loads(invoke("trials", "some", "--json").stdout)[1]["error"] == LONG
    assert [row["number"] for row in json.loads(invoke("trials", "some", "--failed", "--json").stdout)] == [1, 2]
    rows = list(csv.DictReader(io.StringIO(invoke("export", "some", "--format", "csv").stdout)))
    assert rows[1]["error"] == LONG
    assert json.loads(invoke("export", "some", "--format", "json").stdout)[1]["error"] == LONG


def test_where_no_trial_has_failed_that_is_said(invoke, failures):
    done = invoke("trials", "none", "--failed")
    assert (done.returncode, done.stdout) == (0, "No trial of the run 'none' has failed.\n")
    assert json.loads(invoke("trials", "none", "--failed", "--json").stdout) == []


def test_a_metric_that_is_no_number_is_null_in_json(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        run = storage.create("diverged", {"space": "toy", "strategy": "random", "seed": 0}, {})
        evaluation = Evaluation(50.0, 1.0, {"loss": math.nan}, "toy")
        storage.add(run, [Trial(0, Architecture("toy", (1,)), "complete", evaluation, None, "search", 0.0, 1.0)])
    invoke("export", "diverged", "--format", "json", "--out", "x.json")
    assert json.loads((tmp_path / "x.json").read_text(), parse_constant=pytest.fail)[0]["loss"] is None


def test_trials_show_rounded_values_and_only_columns_that_have_one(invoke):
    invoke(*RUN, "--space-opt", "fails=0,0,1")
    columns, *lines = invoke("trials", "first").stdout.splitlines()
    assert columns.split() == ["number", "architecture", "state", "purpose", "accuracy", "cost", "source", "error"]
    assert re.fullmatch(r" +0  toy:0,0,0 +complete +search +50\.\d\d +2\.00 +toy", lines[0])
    assert re.fullmatch(r" +1  toy:0,0,1 +failed +search +RuntimeError: loss is NaN at step 12", lines[1])
    assert len(lines) == 6


def test_an_export_is_the_same_in_a_file(invoke, tmp_path):
    invoke(*RUN)
    for form in ("csv", "json"):
        result = invoke("export", "first", "--format", form, "--out", f"x.{form}")
        assert (result.stdout, result.stderr) == ("", f"6 trials written to x.{form}\n")
        assert (tmp_path / f"x.{form}").read_text() == invoke("export", "first", "--format", form).stdout
    result = invoke("export", "first", "--out", "nowhere/x.csv")
    assert (result.returncode, "nowhere/x.csv cannot be written: No such file or directory" in result.stderr) == (
        1,
        True,
    )


def test_best_shows_the_frontier_where_a_device_was_given(stored):
    front = json.loads(stored("best", "r", "--json").stdout)["frontier"]
    assert [row["latency"] for row in front] == sorted(row["latency"] for row in front)
    assert [row["accuracy"] for row in front] == sorted(row["accuracy"] for row in front)
    assert "Frontier of validation accuracy" in stored("best", "r").stdout


def test_best_shows_the_hypervolume_of_the_frontier(stored):
    trials = [t for t in json.loads(stored("trials", "r", "--json").stdout) if t["purpose"] == "search"]
    slowest, lowest = max(t["latency"] for t in trials), min(t["accuracy"] for t in trials)
    step = 0.01  # of a sum over thin columns, each as high as the best architecture that is as fast
    columns = [lowest for _ in range(int((slowest - 10) / step))]
    for t in trials:
        first = round((t["latency"] - 10) / step)
        columns[first:] = [max(height, t["accuracy"]) for height in columns[first:]]
    area = sum(height - lowest for height in columns) * step
    hypervolume = json.loads(stored("best", "r", "--json").stdout)["hypervolume"]
    assert hypervolume == pytest.approx(area)
    assert f"hypervolume {hypervolume:.2f} % × ms" in stored("best", "r").stdout


def test_best_ranks_what_was_trained_by_prediction_where_the_strategy_predicts(invoke):
    run = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Foreseer", "--budget", "6", "--name", "p")
    assert invoke(*run).returncode == 0
    ranking = json.loads(invoke("best", "p", "--predicted", "--json").stdout)["predicted"]
    assert [row["predicted"] for row in ranking] == sorted((row["predicted"] for row in ranking), reverse=True)
    assert len(ranking) == 6
    assert "Best by predicted validation accuracy" in invoke("best", "p", "--predicted").stdout


def test_best_says_where_a_strategy_predicts_nothing(stored):
    result = stored("best", "r", "--predicted")
    assert (result.returncode, result.stdout) == (1, "")
    assert "The strategy of the run 'r', random, predicts nothing" in result.stderr


def test_at_most_ten_architectures_are_ranked_in_the_table_and_all_in_the_document(invoke):
    run = ("run", "--space", "toy:ToySpace", "--strategy", "toy:Foreseer", "--budget", "12", "--name", "p")
    assert invoke(*run).returncode == 0
    table = invoke("best", "p", "--predicted").stdout
    assert len(table.partition("of those trained\n")[2].splitlines()) == 1 + 10
    document = json.loads(invoke("best", "p", "--predicted", "--json").stdout)
    assert len(document["predicted"]) == 12
    assert list(document["predicted"][0]) == ["predicted", "accuracy", "architecture", "trial"]
    assert "frontier" not in document
