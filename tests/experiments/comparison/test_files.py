"""The tables and the figure of a comparison are what its repeats found."""

import json
import re

import pandas as pd
import pytest
from trials_table import table

from nasplug.errors import StorageError, UsageError
from nasplug.experiments.comparison.comparison import Comparison
from nasplug.experiments.comparison.failures import Failure
from nasplug.experiments.comparison.files import Outcome, write_trials
from nasplug.experiments.comparison.plan import Plan

TOY = ("compare", "--space", "toy:ToySpace", "--strategy", "random", "--strategy", "toy:Climber", "--budget", "10")


def plan(**changes):
    values = {"space": "toy:ToySpace", "strategies": ("random", "toy:Climber"), "repeats": 1, "budget": 10}
    return Plan(**values | changes)


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


@pytest.mark.parametrize(("marks", "drawn"), [((), ["N = 5"]), (("--mark", "3", "--mark", "7"), ["N = 3", "N = 7"])])
def test_dotted_lines_are_where_the_strategy_says_or_where_they_are_wanted(invoke, tmp_path, marks, drawn):
    pair = ("--space", "toy:ToySpace", "--strategy", "toy:Foreseer", "--strategy", "random")
    assert invoke("compare", *pair, "--repeats", "2", "--budget", "10", "--out", "x", *marks).returncode == 0
    assert re.findall(r"N = \d+", re.sub("<!--.*?-->", "", (tmp_path / "x" / "comparison.svg").read_text())) == drawn


def test_a_figure_of_a_comparison_that_goes_on_is_that_of_its_last_tables(invoke, tmp_path):
    invoke(*TOY, "--repeats", "2", "--out", "x")
    more = plan(repeats=5, strategies=("toy:Foreseer", "random"))
    assert len(Comparison.open(more, tmp_path / "x").missing()) == 8  # and now it is killed
    assert "budget 10, got 11" in invoke("plot", "--comparison", "x", "--mark", "11", "--out", "beyond.svg").stderr
    result = invoke("plot", "--comparison", "x", "--out", "again.svg")
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "again.svg").read_bytes() == (tmp_path / "x" / "comparison.svg").read_bytes()
    assert "toy:ToySpace, 2 repeats" in (tmp_path / "again.svg").read_text()


def outcome(levels=(), sources=("toy",), **reported):
    trials = table(**reported).assign(state="complete", source="toy")
    finals = [dict(trials.iloc[0]) | {"purpose": "final", "source": source} for source in sources]
    return Outcome.of(pd.concat([trials, pd.DataFrame(finals)], ignore_index=True), levels)


def test_levels_are_those_wanted_or_where_the_strategies_end():
    assert outcome(a=[[50.0, 70.0]]).levels["level"].tolist() == [70.0]
    assert outcome([60.0, 40.0], a=[[50.0, 70.0]]).levels["level"].tolist() == [60.0, 40.0]


def test_accuracies_are_called_after_the_source_of_the_final_evaluations():
    assert outcome(a=[[50.0]]).accuracy == "test accuracy"
    comparison = outcome(sources=("toy", "surrogate"), a=[[50.0]])
    assert comparison.accuracy == comparison.document()["accuracy"] == "predicted validation accuracy (surrogate)"


def test_a_strategy_ends_after_the_trainings_of_its_longest_repeat():
    comparison = outcome(a=[[50.0, 70.0, 70.0], [60.0]], b=[[55.0]])
    assert [(row["strategy"], row["trainings"], row["mean"]) for row in comparison.ends()] == [
        ("a", 3, 65.0),
        ("b", 1, 55.0),
    ]
    assert comparison.document().keys() == {"accuracy", "objective", "strategies", "levels", "speedups"}


def test_remarks_say_what_the_tables_lack_and_nothing_where_they_are_whole():
    whole = plan(strategies=("a",), repeats=2, budget=2)
    assert outcome(a=[[50.0, 60.0]] * 2).remarks(whole) == []
    assert outcome(a=[[50.0, 60.0], [50.0]]).remarks(plan(strategies=("a", "b"), repeats=3, budget=2)) == [
        "1 of 3 repeats of a suggested nothing and are left out.",
        "b is in no table: it suggested nothing.",
        "1 of 2 repeats of a ended by themselves, the first after 1 of 2 trainings.",
    ]
    failures = [Failure(strategy, repeat, repeat, "lost") for strategy, repeat in (("a", 2), ("b", 0), ("b", 1))]
    failed = outcome(a=[[50.0, 60.0]] * 2).remarks(plan(strategies=("a", "b"), repeats=3, budget=2), failures)
    assert failed == [
        "1 of 3 repeats of a failed and are left out.",
        "2 of 3 repeats of b failed and are left out.",
        "1 of 3 repeats of b suggested nothing and are left out.",
    ]
    free = table(a=[[50.0, 60.0]]).assign(state="complete", source="toy", cost=0.0)
    assert Outcome.of(free, ()).remarks(plan(strategies=("a",), budget=2)) == [
        "One repeat has no spread: std and intervals are empty. Raise --repeats.",
        "No summary by cost of a: a repeat of it cost no training.",
    ]


def test_a_table_of_other_trials_is_refused():
    with pytest.raises(UsageError, match="lacks the columns state, source"):
        Outcome.of(table(a=[[50.0]]), ())


def test_times_are_apart_from_the_table_of_trials(tmp_path):
    row = {"strategy": "a", "repeat": 0, "number": 0, "accuracy": 50.0, "started": 1.0, "finished": 2.0}
    assert list(write_trials([[row], []], tmp_path)) == ["strategy", "repeat", "number", "accuracy"]
    assert (tmp_path / "clock.csv").read_text() == "strategy,repeat,number,started,finished\na,0,0,1.0,2.0\n"
    with pytest.raises(StorageError, match="There is nothing to compare"):
        write_trials([[], []], tmp_path)
