"""A comparison is a function of its seeds, survives a kill, and its tables are what its repeats found."""

import json
import os
import re
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from paths import HELPERS

TOY = ("compare", "--space", "toy:ToySpace", "--strategy", "random", "--strategy", "toy:Climber", "--budget", "10")
CLOCKED = {"clock.csv"}  # and the files below repeats/


def files(folder):
    """Returns the bytes of the files of a comparison that must not depend on the clock, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in CLOCKED}


def test_the_files_are_the_same_whatever_the_workers_and_how_often_it_was_begun(nasplug, tmp_path):
    assert nasplug(*TOY, "--repeats", "3", "--out", "one").returncode == 0
    assert nasplug(*TOY, "--repeats", "2", "--out", "two").returncode == 0
    assert nasplug(*TOY, "--repeats", "3", "--out", "two", "--workers", "2").returncode == 0
    one, two = files(tmp_path / "one"), files(tmp_path / "two")
    assert set(one) == {
        "comparison.json", "comparison.png", "comparison.svg", "levels.csv", "speedups.csv", "summary.csv",
        "trials.csv", "trials.parquet",
    }  # fmt: skip
    assert [name for name in one if one[name] != two[name]] == []


def test_a_comparison_killed_with_minus_9_goes_on_and_gives_the_same_files(nasplug, tmp_path):
    slow = (*TOY, "--repeats", "4", "--space-opt", "seconds=0.02", "--workers", "2")
    command = [sys.executable, "-m", "nasplug.cli", *slow, "--out", "killed"]
    env = {**os.environ, "PYTHONPATH": str(HELPERS)}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL) as process:
        while len(list(tmp_path.glob("killed/repeats/*/*.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = len(list(tmp_path.glob("killed/repeats/*/*.json")))
    assert not (tmp_path / "killed" / "trials.csv").exists()
    done = nasplug(*slow, "--out", "killed")
    assert f"repeat {kept + 1}/8" in done.stderr
    assert nasplug(*slow, "--out", "whole").returncode == 0
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_the_tidy_table_says_what_would_be_reported_after_every_training(invoke, tmp_path):
    document = json.loads(invoke(*TOY, "--repeats", "2", "--out", "x", "--json").stdout)
    assert [(row["strategy"], row["repeats"], row["x"]) for row in document["strategies"]] == [
        ("random", 2, 10.0),
        ("toy:Climber", 2, 10.0),
    ]
    table = pd.read_csv(tmp_path / "x" / "trials.csv")
    again = pd.read_parquet(tmp_path / "x" / "trials.parquet").to_csv(index=False, lineterminator="\n")
    assert again == (tmp_path / "x" / "trials.csv").read_text()
    for _, part in table.groupby(["strategy", "repeat"]):
        searched = part[part["purpose"] == "search"]
        assert list(searched["number"]) == list(range(10))
        best = searched["accuracy"].cummax()
        assert list(searched["incumbent"]) == list(best.diff().fillna(1.0) > 0)
        noise_free = searched["accuracy"].where(searched["incumbent"]).ffill() - searched["reported"]
        assert noise_free.between(0.0, 1.0).all()  # the toy's search accuracy is the final one and less than 1 more
        assert part.iloc[-1]["purpose"] == "final"
        assert part.iloc[-1]["reported"] == searched["reported"].iloc[-1]
    clock = pd.read_csv(tmp_path / "x" / "clock.csv")
    assert len(clock) == len(table)
    assert (clock["finished"] >= clock["started"]).all()


@pytest.mark.slow
def test_two_kinds_of_predictor_are_two_curves_and_a_dotted_line_is_where_they_begin(nasplug, tmp_path):
    kinds = [f"neural_predictor:kind={kind},n=12,preset=paper,epochs=5" for kind in ("gcn", "mlp")]
    space = ("--space", "nasplug.testing:Toy", "--space-opt", "layers=4")
    size = ("--repeats", "2", "--budget", "16", "--workers", "2", "--level", "60", "--level", "99.5", "--out", "x")
    done = nasplug("compare", *space, "--strategy", kinds[0], "--strategy", kinds[1], *size)
    assert done.returncode == 0, done.stderr
    table = pd.read_csv(tmp_path / "x" / "trials.csv")
    assert list(table["strategy"].unique()) == kinds
    first, second = (table[table["strategy"] == kind] for kind in kinds)
    searched = [part[part["number"] < 12].drop(columns="strategy").to_csv(index=False) for part in (first, second)]
    assert searched[0] == searched[1]  # the same luck, until the predictors have learnt from it
    levels = pd.read_csv(tmp_path / "x" / "levels.csv")
    assert list(levels["level"]) == [60.0, 99.5] * 2
    assert levels[levels["level"] == 99.5]["reached"].tolist() == [0.0, 0.0]
    figure = (tmp_path / "x" / "comparison.svg").read_text()
    assert all(text in figure for text in ("neural_predictor kind=gcn", "neural_predictor kind=mlp", "N = 12"))


@pytest.mark.parametrize(("marks", "drawn"), [((), ["N = 5"]), (("--mark", "3", "--mark", "7"), ["N = 3", "N = 7"])])
def test_dotted_lines_are_where_the_strategy_says_or_where_they_are_wanted(invoke, tmp_path, marks, drawn):
    pair = ("--space", "toy:ToySpace", "--strategy", "toy:Foreseer", "--strategy", "random")
    assert invoke("compare", *pair, "--repeats", "2", "--budget", "10", "--out", "x", *marks).returncode == 0
    assert re.findall(r"N = \d+", re.sub("<!--.*?-->", "", (tmp_path / "x" / "comparison.svg").read_text())) == drawn
