"""A comparison is a function of its seeds, survives a kill, and says what is wrong in one message."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pandas as pd
import pytest

TESTS = Path(__file__).resolve().parents[1]
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
    env = {**os.environ, "PYTHONPATH": str(TESTS)}
    with subprocess.Popen(command, cwd=tmp_path, env=env, stderr=subprocess.DEVNULL) as process:
        while len(list(tmp_path.glob("killed/repeats/*/*.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
    kept = len(list(tmp_path.glob("killed/repeats/*/*.json")))
    assert not (tmp_path / "killed" / "trials.csv").exists()
    done = nasplug(*slow, "--out", "killed")
    assert f"/{8 - kept}" in done.stderr
    assert nasplug(*slow, "--out", "whole").returncode == 0
    assert files(tmp_path / "killed") == files(tmp_path / "whole")


def test_the_tidy_table_says_what_would_be_reported_after_every_training(nasplug, tmp_path):
    document = json.loads(nasplug(*TOY, "--repeats", "2", "--out", "x", "--json").stdout)
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


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--repeats", "0"), 2, "repeats must be at least 1, got 0"),
        (("--repeats", "1", "--strategy", "random"), 2, "'random' is given twice"),
        (("--repeats", "1", "--strategy", "randon"), 2, "Did you mean 'random'?"),
        (("--repeats", "1", "--space-opt", "vlaue=1"), 2, "Did you mean 'value'?"),
        (("--repeats", "1", "--space-opt", "broken=yes"), 1, "The toy has no batteries"),
        (("--repeats", "1", "--device", "abacus"), 1, "cannot tell latencies on the device 'abacus'"),
        (("--repeats", "2", "--space-opt", "value=250"), 2, "2 of 2 repeats of 'random' report nothing"),
        (("--repeats", "1", "--device", "toyphone", "--latency", "1:2"), 1, "Widen the window"),
    ],
)
def test_a_mistake_is_one_message(nasplug, arguments, code, message):
    done = nasplug(*TOY, *arguments, "--out", "x")
    assert (done.returncode, "Traceback" in done.stderr) == (code, False)
    assert message in done.stderr


def test_one_repeat_is_said_to_have_no_spread(nasplug, tmp_path):
    done = nasplug(*TOY, "--repeats", "1", "--out", "x")
    assert done.returncode == 0
    assert "One repeat has no spread" in done.stderr
    assert pd.read_csv(tmp_path / "x" / "summary.csv")["std"].isna().all()


def test_another_comparison_in_the_same_folder_loses_nothing(nasplug, tmp_path):
    nasplug(*TOY, "--repeats", "1", "--out", "x")
    before = files(tmp_path / "x")
    done = nasplug(*TOY, "--repeats", "1", "--seed", "5", "--out", "x")
    assert "x holds another comparison: seed was 0, now 5" in done.stderr
    assert files(tmp_path / "x") == before
