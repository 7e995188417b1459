"""`runs`, `trials`, `export` and `best` as a user calls them."""

import csv
import json
import math
import re
from contextlib import closing

import pytest

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


def test_a_run_without_trials_is_said_to_be_empty(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        storage.create("early", {"space": "toy", "strategy": "random", "seed": 0}, {})
    for command in ("trials", "export", "best"):
        result = invoke(command, "early")
        assert (result.returncode, result.stderr) == (
            1,
            "Error: The run 'early' is empty: no trial was stored before it ended.\n",
        )


def test_a_metric_that_is_no_number_is_null_in_json(invoke, tmp_path):
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        run = storage.create("diverged", {"space": "toy", "strategy": "random", "seed": 0}, {})
        evaluation = Evaluation(50.0, 1.0, {"loss": math.nan}, "toy")
        storage.add(run, Trial(0, Architecture("toy", (1,)), "complete", evaluation, None, "search", 0.0, 1.0))
    invoke("export", "diverged", "--format", "json", "--out", "x.json")
    assert json.loads((tmp_path / "x.json").read_text(), parse_constant=pytest.fail)[0]["loss"] is None


def test_runs_are_listed_with_when_they_began_and_whether_they_ended(invoke, tmp_path):
    assert invoke(*RUN).returncode == 0
    with closing(Storage(f"{tmp_path}/nasplug.db")) as storage:
        storage.create("early", {"space": "toy", "strategy": "random", "seed": 7}, {})
    columns, first, early = invoke("runs").stdout.splitlines()
    assert columns.split() == ["run", "space", "strategy", "seed", "trials", "started", "ended"]
    assert re.fullmatch(
        r"first +toy:ToySpace +toy:Grid +0 +5 +\d{4}-\d\d-\d\d \d\d:\d\d +the budget of 5 trials is used", first
    )
    assert re.fullmatch(r"early +toy +random +7 +0 +\S+ \S+ +not ended: --resume it", early)
    assert json.loads(invoke("runs", "--json").stdout)[0].items() >= {"space": "toy:ToySpace", "budget": 5}.items()


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
