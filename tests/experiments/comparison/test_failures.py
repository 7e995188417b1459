"""Repeats that raise: the others go on, and one error names them all."""

import json
from functools import partial

import pandas as pd
import pytest

from nasplug import ConfigurationError
from nasplug.experiments.comparison.comparison import Comparison
from nasplug.experiments.comparison.failures import Failure, error_of
from nasplug.experiments.comparison.plan import Plan

BREAKING = "toy:Breaking:mended=mended"
THREE = ("compare", "--space", "toy:ToySpace", "--strategy", "toy:Grid", "--strategy", BREAKING, "--strategy", "random")


@pytest.fixture
def compare(invoke, monkeypatch):
    """Compares three strategies, one of which raises where the seed is odd."""
    monkeypatch.setattr("nasplug.experiments.comparison.files.FIGURES", ("svg",))
    return partial(invoke, *THREE, "--budget", "6", "--repeats", "3", "--seed", "10", "--out", "x")


def test_an_error_names_strategy_repeats_and_seeds_once_for_each_reason():
    failures = [Failure("a", repeat, 10 + repeat, "lost") for repeat in (0, 1, 2, 5)]
    failures += [Failure("a", 3, 13, "found"), Failure("b", 0, 10, "lost")]
    assert str(error_of(failures, 20)).splitlines() == [
        "6 of 20 repeats failed and are in no table. The same command runs them again.",
        "  a, repeats 0–2, 5 (seeds 10–12, 15): lost",
        "  a, repeat 3 (seed 13): found",
        "  b, repeat 0 (seed 10): lost",
    ]


def test_one_repeat_that_raises_leaves_the_others_and_an_error_names_it(compare):
    result = compare()
    assert result.returncode == 1
    assert "Error: 1 of 9 repeats failed and are in no table. The same command runs them again." in result.stderr
    raised = "The strategy 'toy:Breaking' raised KeyError: 'learning_rate'. It was asked for 1 after 3 trials."
    reason = f"{BREAKING}, repeat 1 (seed 11): {raised}"
    assert f"failed: {reason}" in result.stderr  # at once
    assert result.stderr.splitlines()[-1].strip() == reason
    assert "Traceback" not in result.stderr


def test_tables_and_figure_of_what_is_complete_say_what_is_missing(compare, tmp_path):
    result = compare("--json")
    document = json.loads(result.stdout)
    assert [(row["strategy"], row["repeats"]) for row in document["strategies"]] == [
        ("toy:Grid", 3), (BREAKING, 2), ("random", 3),
    ]  # fmt: skip
    assert document["failed"] == [
        {
            "strategy": BREAKING,
            "repeat": 1,
            "seed": 11,
            "error": "The strategy 'toy:Breaking' raised KeyError: 'learning_rate'. It was asked for 1 after 3 trials.",
        }
    ]
    assert f"1 of 3 repeats of {BREAKING} failed and are left out." in result.stderr
    trials = pd.read_csv(tmp_path / "x" / "trials.csv")
    assert trials[trials["strategy"] == BREAKING]["repeat"].unique().tolist() == [0, 2]
    figure = (tmp_path / "x" / "comparison.svg").read_text()
    assert "toy:Breaking (2 repeats)" in figure
    assert "toy:ToySpace, 3 repeats" in figure


def test_a_strategy_without_a_complete_repeat_is_named_in_the_title_of_the_figure(invoke, tmp_path):
    odd = ("--budget", "6", "--repeats", "1", "--seed", "11", "--out", "x")
    assert invoke(*THREE, *odd).returncode == 1
    assert f"toy:ToySpace, 1 repeat; without {BREAKING}" in (tmp_path / "x" / "comparison.svg").read_text()


def test_the_same_command_goes_on_with_the_failed_ones_alone(compare, tmp_path):
    compare()
    before = {path: path.stat().st_mtime_ns for path in tmp_path.glob("x/repeats/*/*.json")}
    (tmp_path / "mended").touch()
    result = compare()
    assert result.returncode == 0, result.stderr
    after = {path: path.stat().st_mtime_ns for path in tmp_path.glob("x/repeats/*/*.json")}
    assert len(before) == 8
    assert len(after) == 9
    assert {path: time for path, time in after.items() if path in before} == before
    assert "toy:Breaking (2 repeats)" not in (tmp_path / "x" / "comparison.svg").read_text()


def test_where_no_repeat_is_complete_there_is_the_error_alone(invoke, tmp_path):
    alone = ("compare", "--space", "toy:ToySpace", "--strategy", BREAKING, "--repeats", "1", "--seed", "1")
    result = invoke(*alone, "--budget", "6", "--out", "x", "--json")
    assert (result.returncode, result.stdout) == (1, "")
    assert "1 of 1 repeats failed" in result.stderr
    assert not (tmp_path / "x" / "trials.csv").exists()


@pytest.mark.slow
def test_processes_finish_the_others_too_where_one_raises_or_dies(nasplug, tmp_path):
    for option, reason in (
        (
            "mended=mended",
            "The strategy 'toy:Breaking' raised KeyError: 'learning_rate'. It was asked for 1 after 3 trials.",
        ),
        ("exits=true", "A worker process died"),
    ):
        breaking = ("--strategy", f"toy:Breaking:{option}", "--strategy", "toy:Grid", "--seed", "11", "--workers", "2")
        size = ("--budget", "6", "--repeats", "2", "--out", option[:5])
        result = nasplug("compare", "--space", "toy:ToySpace", *breaking, *size)
        assert result.returncode == 1
        assert f"toy:Breaking:{option}, repeat 0 (seed 11): {reason}" in result.stderr.splitlines()[-1]
        assert len(list((tmp_path / option[:5]).glob("repeats/*/*.json"))) == 3


def test_an_error_that_every_repeat_would_meet_ends_the_comparison_and_says_where(tmp_path):
    plan = Plan(space="toy:ToySpace", strategies=("random",), repeats=3, budget=4, space_options={"broken": "yes"})
    failures = []
    with pytest.raises(ConfigurationError, match=r"random, repeat 0 \(seed 0\): The toy has no batteries"):
        Comparison.open(plan, tmp_path).run(1, failures.append, failures.append)
    assert failures == []
