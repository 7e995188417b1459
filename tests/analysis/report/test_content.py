"""The data of a report: trials by column, where the incumbent changes, the frontier, pictures and tables of facts."""

import base64
import gzip
import json

import attrs
import pytest

from nasplug.analysis.figures import Prediction
from nasplug.analysis.report import content as module
from nasplug.analysis.report.content import Subject, content, facts
from nasplug.engine.objectives import Goal
from nasplug.errors import StorageError
from nasplug.types import Architecture, Evaluation, Objective, Trial

PERPLEXITY = Objective("perplexity", direction="min")


def trial(number, accuracy, latency=None, purpose="search", code=None, **metrics):
    """Returns a complete trial of architecture toy:`code`, or a failed one without an accuracy."""
    evaluation = None if accuracy is None else Evaluation(accuracy, 1000.0, metrics, "toy")
    state, error = ("failed", "lost") if accuracy is None else ("complete", None)
    architecture = Architecture("toy", (number if code is None else code,))
    return Trial(number, architecture, state, evaluation, error, purpose, 1.0, 2.0, latency=latency)


def subject(*trials, **changes):
    values = {
        "run": "r", "settings": {}, "versions": {}, "created": 0.0, "state": "running", "trials": list(trials),
        "picture": lambda architecture: None, "describe": str,
    }  # fmt: skip
    return Subject(**values | changes)


def infeasible(complete):
    return attrs.evolve(complete, state="infeasible", error="size is 9, the limit size<=5")


def test_columns_have_the_values_of_all_trials_and_empty_ones_are_left_out():
    columns = content(subject(trial(3, 50.0, parameters=7.0), trial(4, None)))["columns"]
    assert columns == {
        "number": [3, 4], "state": ["complete", "failed"], "purpose": ["search"] * 2, "accuracy": [50.0, None],
        "cost": [1000.0, None], "source": ["toy", None], "error": [None, "lost"], "parameters": [7.0, None],
    }  # fmt: skip


def test_an_architecture_is_there_once_and_each_trial_says_which():
    data = content(subject(trial(0, 50.0, code=5), trial(1, 60.0, code=2), trial(2, 55.0, code=5)))
    assert (data["architecture"], data["which"]) == (["toy:5", "toy:2"], [0, 1, 0])


@pytest.mark.parametrize(
    ("accuracies", "line"),
    [
        ([None, 50.0, 40.0, 60.0, 55.0], [[2, 50.0], [4, 60.0], [5, 60.0]]),
        ([50.0], [[1, 50.0], [1, 50.0]]),
        ([None, None], []),
    ],
)
def test_the_incumbent_has_a_point_where_it_changes_and_one_at_the_end(accuracies, line):
    trials = [trial(number, accuracy) for number, accuracy in enumerate(accuracies)]
    assert content(subject(*trials, trial(9, 99.0, purpose="final")))["incumbents"] == line


def test_the_frontier_has_its_trials_and_the_hypervolume_after_each_training_with_a_latency():
    trials = [trial(0, 50.0, 10.0), trial(1, None, 1.0), trial(2, 60.0, 8.0), trial(3, 55.0, 9.0), trial(4, 58.0, 4.0)]
    assert content(subject(*trials))["frontier"] == {
        "numbers": [4, 2], "trial": [0, 2, 3, 4], "volume": [0.0, 20.0, 20.0, 4.0 * 8.0 + 2.0 * 10.0],
        "x": {"label": "latency (ms)", "name": "latency", "unit": "ms", "column": "latency"}, "unit": "% × ms",
        "line": True,
    }  # fmt: skip
    assert content(subject(trial(0, 50.0)))["frontier"] is None


def test_the_main_objective_says_what_it_is_called_and_where_its_values_are():
    data = content(subject(trial(0, 50.0)))
    assert data["main"] == {"name": "accuracy", "unit": "%"}
    assert data["objective"] == {
        "label": "validation accuracy (%)", "name": "accuracy", "unit": "%", "column": "accuracy",
    }  # fmt: skip
    data = content(subject(trial(0, 50.0, f1=0.5), trial(1, None), goal=Goal.of(["f1", "perplexity"], [], PERPLEXITY)))
    assert data["main"] == {"name": "perplexity", "unit": ""}
    assert data["objective"] == {"label": "validation f1", "name": "f1", "unit": "", "values": [0.5, None]}
    assert data["frontier"]["x"]["column"] == "accuracy"  # which perplexity is stored as


def test_the_incumbents_of_an_objective_of_which_less_is_better_go_down():
    trials = [trial(0, 50.0), trial(1, 60.0), trial(2, 40.0), infeasible(trial(3, 10.0))]
    data = content(subject(*trials, goal=Goal.of([], [], PERPLEXITY)))
    assert data["incumbents"] == [[1, 50.0], [3, 40.0], [4, 40.0]]


def test_the_front_of_three_objectives_has_no_line():
    trials = [trial(0, 50.0, 5.0, f1=0.5), trial(1, 60.0, 6.0, f1=0.4)]
    front = content(subject(*trials, goal=Goal.of(["accuracy", "f1", "latency"], [])))["frontier"]
    assert (front["line"], front["x"]["values"], sorted(front["numbers"])) == (False, [0.5, 0.4], [0, 1])


def test_what_was_confirmed_is_drawn_at_its_search_trial_with_its_mean_and_error():
    trials = [trial(0, 70.0), attrs.evolve(trial(0, 74.0), number=1, purpose="confirm")]
    assert content(subject(*trials))["confirmed"] == [
        {"number": 0, "mean": 72.0, "error": pytest.approx(2.0), "trainings": 2}
    ]
    assert content(subject(trial(0, 70.0)))["confirmed"] == []


def test_a_prediction_has_its_tau():
    prediction = Prediction(4, [4, 5, 6], [1.0, 2.0, 3.0], [1.0, 3.0, 2.0])
    data = content(subject(trial(0, 50.0), prediction=prediction))["prediction"]
    assert data == attrs.asdict(prediction) | {"tau": pytest.approx(1 / 3)}
    assert content(subject(trial(0, 50.0)))["prediction"] is None


def test_pictures_and_descriptions_are_in_blocks_in_the_order_of_the_architectures(monkeypatch):
    monkeypatch.setattr(module, "BLOCK", 2)
    trials = [trial(number, 50.0) for number in range(5)]
    pictures = content(subject(*trials, picture=lambda a: f"<{a.code[0]}é>", describe=lambda a: f"no. {a.code[0]}"))
    blocks = [json.loads(gzip.decompress(base64.b64decode(block))) for block in pictures["pictures"]["data"]]
    assert pictures["pictures"]["block"] == 2
    assert blocks == [
        [["<0é>", "no. 0"], ["<1é>", "no. 1"]],
        [["<2é>", "no. 2"], ["<3é>", "no. 3"]],
        [["<4é>", "no. 4"]],
    ]


def test_the_same_pictures_give_the_same_bytes():
    described = subject(trial(0, 50.0))
    assert content(described)["pictures"] == content(described)["pictures"]


def test_a_run_without_trials_shows_nothing():
    with pytest.raises(StorageError, match="The run 'r' is empty"):
        content(subject())


def test_the_facts_say_what_was_found():
    trials = [trial(0, 50.0, 10.0), trial(1, None), trial(2, 60.0, 8.0), trial(3, 58.5, 8.0, "final", code=2)]
    assert facts(subject(*trials))["Found"] == [
        ("trials", "3, 1 failed"),
        ("cost", "2,000 s of training"),
        ("best", "toy:2"),
        ("validation accuracy", "60.00 %"),
        ("test accuracy", "58.50 %"),
        ("latency", "8.00 ms"),
        ("chosen by", "accuracy in one trial, the best of 2"),
    ]


def test_the_facts_speak_of_the_main_objective_and_name_the_limits():
    trials = [trial(0, 31.25), infeasible(trial(1, 20.0)), trial(2, 33.0, purpose="final", code=0)]
    assert facts(subject(*trials, goal=Goal.of([], ["size<=5"], PERPLEXITY)))["Found"] == [
        ("trials", "2, 0 failed, 1 infeasible"),
        ("cost", "2,000 s of training"),
        ("limits", "size<=5"),
        ("best", "toy:0"),
        ("validation perplexity", "31.25"),
        ("test perplexity", "33.00"),
        ("chosen by", "perplexity in one trial, the best of 1"),
    ]


def test_the_facts_of_a_run_in_which_nothing_is_feasible_name_the_nearest_trial():
    trials = [infeasible(trial(0, 90.0, size=9.0)), infeasible(trial(1, 80.0, size=6.0))]
    assert facts(subject(*trials, goal=Goal.of([], ["size<=5"])))["Found"][-1] == (
        "best", "no trial keeps the limit size<=5: the nearest is toy:1 (trial 1) with size 6.00",
    )  # fmt: skip


def test_the_facts_of_a_run_that_is_not_finished_say_so():
    assert facts(subject(trial(0, 50.0)))["Found"][2:] == [
        ("best", "toy:0"),
        ("validation accuracy", "50.00 %"),
        ("test accuracy", "not evaluated"),
        ("chosen by", "accuracy in one trial, the best of 1"),
    ]
    assert facts(subject(trial(0, None)))["Found"] == [
        ("trials", "1, 1 failed"),
        ("cost", "0 s of training"),
        ("best", "no trial is complete"),
    ]


def test_the_facts_have_the_settings_and_options_that_are_set():
    settings = {
        "space": "toy", "max_cost": None, "resume": False, "middleware": [], "latency_window": [75.0, 85.0], "seed": 0,
        "space_options": {"width": 0.25, "data": None}, "strategy_options": {"sizes": [1, 2]},
    }  # fmt: skip
    tables = facts(subject(trial(0, 50.0), settings=settings, versions={"nasplug": "0.1.0"}))
    assert list(tables) == ["Found", "Settings", "Options", "Versions"]
    assert tables["Settings"] == [("space", "toy"), ("latency window", "75.0, 85.0"), ("seed", "0")]
    assert tables["Options"] == [("space width", "0.25"), ("strategy sizes", "1, 2")]
    assert tables["Versions"] == [("nasplug", "0.1.0")]
