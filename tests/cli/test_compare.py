"""What a user is told by `nasplug compare`: one message for each mistake, a bar that moves, and clean output."""

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from functools import partial

import pandas as pd
import pytest
from paths import HELPERS

from nasplug.experiments.comparison.comparison import Comparison
from nasplug.experiments.comparison.plan import Plan

TOY = ("compare", "--space", "toy:ToySpace", "--strategy", "random", "--strategy", "toy:Climber", "--budget", "10")


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Writes no figures, and gives windows of latency without architectures up early."""
    monkeypatch.setattr("nasplug.experiments.comparison.files.FIGURES", ())
    monkeypatch.setattr("nasplug.engine.latency_window.DRAWS", 1000)


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("--repeats", "0"), 2, "repeats must be at least 1, got 0"),
        (("--repeats", "1", "--strategy", "random"), 2, "'random' is given twice"),
        (("--repeats", "1", "--strategy", "randon"), 2, "Did you mean 'random'?"),
        (("--repeats", "1", "--space-opt", "vlaue=1"), 2, "Did you mean 'value'?"),
        (("--repeats", "1", "--space-opt", "broken=yes"), 1, "The toy has no batteries"),
        (("--repeats", "1", "--level", "101"), 2, "--level is a value of accuracy (%) from 0 to 100, got 101"),
        (("--repeats", "1", "--level", "nan"), 2, "'nan' is not a finite number"),
        (("--repeats", "1", "--level", "most"), 2, "'most' is not a finite number"),
        (("--repeats", "1", "--seed", "99999999999999999999"), 2, "The last seed must be below 9223372036854775808"),
        (("--repeats", "1", "--mark", "11"), 2, "--mark is a number of trainings from 1 to the budget 10, got 11"),
        (("--repeats", "1", "--device", "abacus"), 1, "cannot tell latencies on the device 'abacus'"),
        (
            ("--repeats", "2", "--space-opt", "value=250"),
            2,
            "2 of 2 repeats of 'random' report nothing in the end (0, 1)",
        ),
        (("--repeats", "1", "--device", "toyphone", "--latency", "1:2"), 1, "Widen the window"),
    ],
)
def test_a_mistake_is_one_message(invoke, arguments, code, message):
    result = invoke(*TOY, *arguments, "--out", "x")
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)
    assert message in result.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--device", "toyphone", "--latency", "9:2"), "LOW:HIGH in ms with 0 ≤ LOW < HIGH"),
        (("--latency", "1:2"), "add --device"),
        (("--epochs", "0"), "epochs must be at least 1, got 0"),
    ],
)
def test_what_no_repeat_could_be_run_with_is_refused_before_a_file_is_written(invoke, tmp_path, arguments, message):
    result = invoke(*TOY, "--repeats", "1", *arguments, "--out", "x")
    assert (result.returncode, message in result.stderr, (tmp_path / "x").exists()) == (2, True, False)


@pytest.mark.slow
def test_a_worker_that_dies_is_one_message_and_what_is_done_is_kept(nasplug, tmp_path):
    grid = ("compare", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--repeats", "2", "--workers", "2")
    assert nasplug(*grid, "--budget", "3", "--out", "x").returncode == 0
    result = nasplug(*grid, "--budget", "3", "--space-opt", "kills=0,0,2", "--out", "y")
    assert (result.returncode, result.stdout) == (1, "")
    assert "Traceback" not in result.stderr
    assert "A worker process died (exit code 7)" in result.stderr
    assert "Fewer --workers need less memory" in result.stderr


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_a_training_prints_is_not_in_the_document(nasplug, workers):
    chatty = ("--space-opt", "says=epoch 1 of 90", "--repeats", "2", "--workers", workers)
    result = nasplug(*TOY, *chatty, "--out", "x", "--json")
    assert [row["strategy"] for row in json.loads(result.stdout)["strategies"]] == ["random", "toy:Climber"]
    assert "epoch 1 of 90" in result.stderr


def test_a_strategy_that_ends_by_itself_is_said_to(invoke):
    result = invoke(
        "compare",
        "--space",
        "toy:ToySpace",
        "--strategy",
        "toy:Grid",
        "--repeats",
        "2",
        "--budget",
        "900",
        "--out",
        "x",
    )
    assert result.returncode == 0
    assert "2 of 2 repeats of toy:Grid ended by themselves, the first after 64 of 900 trainings." in result.stderr


def test_a_repeat_that_ends_before_the_others_is_said_to(invoke):
    result = invoke(*TOY, "--strategy", "toy:Quitter", "--repeats", "4", "--out", "x")
    assert "2 of 4 repeats of toy:Quitter ended by themselves, the first after 3 of 10 trainings." in result.stderr
    assert result.stderr.count("ended by themselves") == 1


def test_the_table_has_two_decimals_and_no_cell_for_a_spread_that_is_unknown(invoke):
    columns, *lines = invoke(*TOY, "--repeats", "1", "--out", "x").stdout.splitlines()[1:]
    assert columns.split() == ["strategy", "trainings", "repeats", "mean", "std", "q25", "median", "q75"]
    for line in lines:
        assert re.fullmatch(r"\S+ +10 +1( +\d\d\.\d\d){4}", line)


def test_one_repeat_is_said_to_have_no_spread(invoke, tmp_path):
    result = invoke(*TOY, "--repeats", "1", "--out", "x")
    assert result.returncode == 0
    assert "One repeat has no spread" in result.stderr
    assert pd.read_csv(tmp_path / "x" / "summary.csv")["std"].isna().all()


def test_another_comparison_in_the_same_folder_loses_nothing(invoke, tmp_path):
    invoke(*TOY, "--repeats", "1", "--out", "x")
    before = {path: path.read_bytes() for path in (tmp_path / "x").rglob("*.*")}
    result = invoke(*TOY, "--repeats", "1", "--seed", "5", "--out", "x")
    assert "x holds another comparison: seed was 0, now 5" in result.stderr
    assert {path: path.read_bytes() for path in (tmp_path / "x").rglob("*.*")} == before


def test_a_mistyped_command_leaves_the_folder_to_the_corrected_one(invoke):
    assert invoke(*TOY, "--repeats", "1", "--space-opt", "broken=yes", "--out", "x").returncode == 1
    result = invoke(*TOY, "--repeats", "1", "--out", "x")
    assert result.returncode == 0, result.stderr


def test_repeats_whose_plan_is_lost_belong_to_nobody(invoke, tmp_path):
    invoke(*TOY, "--repeats", "1", "--out", "x")
    (tmp_path / "x" / "comparison.json").unlink()
    result = invoke(*TOY, "--repeats", "1", "--seed", "5", "--out", "x")
    assert (result.returncode, "comparison.json is no plan of a comparison" in result.stderr) == (1, True)


def test_a_metric_with_the_name_of_a_column_confuses_no_repeats(invoke, tmp_path):
    for name in ("repeat", "seed", "strategy"):
        result = invoke(*TOY, "--repeats", "2", "--space-opt", f"metric={name}", "--out", name, "--json")
        assert [row["repeats"] for row in json.loads(result.stdout)["strategies"]] == [2, 2]


def test_a_strategy_that_suggests_nothing_is_named(invoke):
    result = invoke(*TOY, "--strategy", "toy:Speechless", "--repeats", "2", "--out", "x")
    assert "toy:Speechless is in no table: it suggested nothing." in result.stderr
    result = invoke(*TOY, "--strategy", "toy:Shy", "--repeats", "3", "--out", "z")
    assert "1 of 3 repeats of toy:Shy suggested nothing and are left out." in result.stderr
    alone = ("compare", "--space", "toy:ToySpace", "--strategy", "toy:Speechless", "--repeats", "1", "--budget", "3")
    result = invoke(*alone, "--out", "y")
    assert (result.returncode, result.stderr.count("\n") < 5) == (1, True)
    assert "There is nothing to compare: no strategy suggested an architecture." in result.stderr


@pytest.mark.parametrize(
    ("table", "code", "message"),
    [
        (None, 1, "has no trials.csv: the comparison is not finished"),
        ("", 1, "trials.csv cannot be read (No columns to parse from file)"),
        ("strategy,repeat\nrandom,0\n", 2, "lacks the columns number, purpose, cost, reported, state, source"),
    ],
)
def test_a_table_that_cannot_be_plotted_is_one_message(invoke, tmp_path, table, code, message):
    strategies = ("random", "toy:Climber")
    Comparison.open(Plan(space="toy:ToySpace", strategies=strategies, repeats=1, budget=10), tmp_path / "x")
    if table is not None:
        (tmp_path / "x" / "trials.csv").write_text(table)
    result = invoke("plot", "--comparison", "x", "--out", "x.png")
    assert (result.returncode, "Traceback" in result.stderr) == (code, False)
    assert message in result.stderr


@pytest.mark.parametrize("change", [{"budget": "many"}, {"hue": "red"}, {"strategies": None}])
def test_a_plan_that_cannot_be_read_is_one_message(invoke, tmp_path, change):
    invoke(*TOY, "--repeats", "1", "--out", "x")
    path = tmp_path / "x" / "comparison.json"
    stored = json.loads(path.read_text())
    path.write_text(json.dumps(stored | {"plan": stored["plan"] | change}))
    result = invoke("plot", "--comparison", "x", "--out", "x.png")
    assert (result.returncode, "Traceback" in result.stderr) == (1, False)
    assert "comparison.json is no plan of a comparison" in result.stderr


@pytest.mark.slow
def test_ctrl_c_says_what_is_kept_and_nothing_else(tmp_path):
    slow = (*TOY[:4], "toy:Grid", "--space-opt", "seconds=0.2", "--budget", "5")
    command = [sys.executable, "-m", "nasplug.cli", *slow, "--repeats", "50", "--workers", "2", "--out", "x"]
    hears = partial(signal.signal, signal.SIGINT, signal.SIG_DFL)  # a shell's background job would not
    environment = os.environ | {"PYTHONPATH": str(HELPERS)}
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, preexec_fn=hears) as process:
        while len(list(tmp_path.glob("x/repeats/*/*.json"))) < 2:
            assert process.poll() is None
            time.sleep(0.1)
        process.send_signal(signal.SIGINT)
        said = process.communicate(timeout=60)[1].decode().splitlines()
    assert process.returncode == 130
    kept, last = [line for line in said if line and not line.startswith("repeat ")]  # and no warning of Python's own
    assert kept.endswith("repeats are kept. The same command goes on where they end.")
    assert last == "Interrupted."


@pytest.mark.slow
def test_the_bar_on_a_terminal_moves_while_a_repeat_runs(tmp_path):
    ours, terminal = pty.openpty()
    slow = ("--space", "toy:ToySpace", "--space-opt", "seconds=0.5", "--strategy", "toy:Grid", "--budget", "8")
    command = [sys.executable, "-m", "nasplug.cli", "compare", *slow, "--repeats", "1", "--out", "x"]
    env = {**os.environ, "PYTHONPATH": str(HELPERS), "TERM": "xterm"}
    streams = {"stdin": terminal, "stdout": subprocess.DEVNULL, "stderr": terminal}
    with subprocess.Popen(command, cwd=tmp_path, env=env, **streams) as process:
        os.close(terminal)
        shown = b""
        while b"0:00:02" not in shown:
            shown += os.read(ours, 1000)
        assert process.poll() is None
        assert list(tmp_path.glob("x/repeats/*/*.json")) == []  # the first repeat is not over
        process.kill()
    os.close(ours)
