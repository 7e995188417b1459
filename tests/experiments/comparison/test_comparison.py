"""A comparison is a function of its seeds, survives a kill, and its tables are what its repeats found."""

import os
import signal
import subprocess
import sys
import time

import pandas as pd
import pytest
from paths import HELPERS

from nasplug.errors import StorageError
from nasplug.experiments.comparison.comparison import Comparison
from nasplug.experiments.comparison.plan import Plan
from nasplug.storage.atomic_files import write_atomically

TOY = ("compare", "--space", "toy:ToySpace", "--strategy", "random", "--strategy", "toy:Climber", "--budget", "10")
CLOCKED = {"clock.csv"}  # and the files below repeats/


def plan(**changes):
    values = {"space": "toy:ToySpace", "strategies": ("random", "toy:Climber"), "repeats": 1, "budget": 10}
    return Plan(**values | changes)


def files(folder):
    """Returns the bytes of the files of a comparison that must not depend on the clock, by name."""
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file() and path.name not in CLOCKED}


@pytest.mark.slow
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


@pytest.mark.slow
def test_a_comparison_killed_with_minus_9_goes_on_and_gives_the_same_files(nasplug, tmp_path):
    slow = (*TOY, "--repeats", "4", "--space-opt", "seconds=0.02", "--workers", "2")
    command = [sys.executable, "-m", "nasplug.cli", *slow, "--out", "killed"]
    env = {**os.environ, "PYTHONPATH": str(HELPERS)}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL) as process:
        while len(list(tmp_path.glob("killed/repeats/*/*.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    finished_repeats = len(list(tmp_path.glob("killed/repeats/*/*.json")))
    assert not (tmp_path / "killed" / "trials.csv").exists()
    result = nasplug(*slow, "--out", "killed")
    assert f"repeat {finished_repeats + 1}/8" in result.stderr
    assert nasplug(*slow, "--out", "whole").returncode == 0
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


@pytest.mark.slow
def test_two_kinds_of_predictor_are_two_curves_and_a_dotted_line_is_where_they_begin(nasplug, tmp_path):
    kinds = [f"neural_predictor:kind={kind},n=12,preset=paper,epochs=5" for kind in ("gcn", "mlp")]
    space = ("--space", "nasplug.testing:Toy", "--space-opt", "layers=4")
    size = ("--repeats", "2", "--budget", "16", "--workers", "2", "--level", "60", "--level", "99.5", "--out", "x")
    result = nasplug("compare", *space, "--strategy", kinds[0], "--strategy", kinds[1], *size)
    assert result.returncode == 0, result.stderr
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


@pytest.mark.slow
def test_an_error_of_a_strategy_in_a_worker_says_what_it_raised(tmp_path):
    comparison = Comparison.open(plan(strategies=("plain_space:Raising",), repeats=2), tmp_path)
    failures = comparison.run(2, lambda lines: None, lambda failure: None)
    assert [failure.repeat for failure in sorted(failures, key=lambda failure: failure.repeat)] == [0, 1]
    assert all("raised TwoArguments: layer 3 at step 7" in failure.error for failure in failures)


def test_what_a_killed_command_left_half_written_is_removed_and_nothing_else(tmp_path):
    with subprocess.Popen(["true"]) as gone:
        gone.wait()
    repeats = tmp_path / "repeats" / "random-12345678"
    halves = [repeats / f"00000.json.{gone.pid}.part", tmp_path / f"trials.csv.{gone.pid}.part"]
    theirs = [tmp_path / "film.mkv.part", tmp_path / "downloads" / f"x.json.{gone.pid}.part"]
    living = repeats / f"00001.json.{os.getpid()}.part"
    for path in (*halves, *theirs, living):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("[{")
    Comparison.open(plan(), tmp_path)
    assert [path.exists() for path in (*halves, *theirs, living)] == [False, False, True, True, True]


def test_a_file_that_cannot_be_written_leaves_no_half(tmp_path):
    (tmp_path / "trials.csv").mkdir()
    with pytest.raises(StorageError, match="Name another --out"):
        write_atomically(tmp_path / "trials.csv", "x")
    assert [path.name for path in tmp_path.iterdir()] == ["trials.csv"]


def test_a_comparison_begun_again_runs_what_is_missing_with_strategies_in_turn(tmp_path):
    comparison = Comparison.open(plan(repeats=1), tmp_path)
    comparison.run(1, lambda lines: None)
    more = Comparison.open(plan(repeats=3), tmp_path)
    assert more.count == 6
    names = [(contender.text, number) for contender, number in more.missing()]
    assert names == [("random", 1), ("toy:Climber", 1), ("random", 2), ("toy:Climber", 2)]
    before = next(comparison.rows())
    more.run(1, (lines := []).append)
    assert (more.missing(), lines) == ([], [[]] * 4)
    assert [rows[0]["repeat"] for rows in more.rows()] == [0, 1, 2, 0, 1, 2]
    assert next(more.rows()) == before


def test_a_repeat_that_is_damaged_is_one_message(tmp_path):
    comparison = Comparison.open(plan(strategies=("random",)), tmp_path)
    comparison.run(1, lambda lines: None)
    (path,) = tmp_path.glob("repeats/*/*.json")
    assert path.parent.name.startswith("random-")
    path.write_text("[{")
    with pytest.raises(StorageError, match=r"00000.json cannot be read .* Remove it and repeat the command"):
        list(comparison.rows())
