"""What a report asks of plugins, and what it does without."""

import pytest

from nasplug.errors import Unsupported
from nasplug.experiments.stored_runs import reporting
from nasplug.experiments.stored_runs.load import load_run, remake_run
from nasplug.experiments.stored_runs.reporting import TolerantCaller, report_subject


def fail():
    raise ValueError("broken")


def refuse():
    raise Unsupported("Not here.")


def test_what_a_plugin_returns_is_passed_on_without_a_warning():
    warnings = []
    assert TolerantCaller(warnings.append).call("No x", lambda: 3, None) == 3
    assert warnings == []


def test_every_thing_that_is_missing_is_warned_of_once_and_replaced_each_time():
    warnings = []
    caller = TolerantCaller(warnings.append)
    assert [caller.call(missing, fail, "default") for missing in ("No x", "No x", "No y")] == ["default"] * 3
    assert caller.call("No z", refuse, 5) == 5
    assert warnings == ["No x: ValueError: broken", "No y: ValueError: broken", "No z: Not here."]


@pytest.mark.parametrize(("strategy", "warned"), [("toy:Foreseer", 1), ("random", 0)])
@pytest.mark.parametrize(("limit", "large"), [(20, True), (21, False)])
def test_a_large_run_leaves_its_predictions_to_plot_and_says_so(invoke, monkeypatch, strategy, warned, limit, large):
    run = ("run", "--space", "toy:ToySpace", "--strategy", strategy, "--budget", "20", "--name", "large")
    assert invoke(*run).returncode == 0  # 20 trials and the final evaluation
    monkeypatch.setattr(reporting, "MAX_PREDICTED_RUN", limit)
    warnings = []
    subject = report_subject(load_run("nasplug.db", "large"), warnings.append)
    assert (subject.prediction is None) == (large or strategy == "random")
    assert len(warnings) == warned * large
    assert all("'nasplug plot large --kind prediction' draws them" in text for text in warnings)


def test_the_subject_is_the_stored_run_with_the_views_of_its_space(invoke):
    run = ("run", "--space", "nasplug.testing:Toy", "--strategy", "random", "--budget", "2", "--name", "r")
    assert invoke(*run).returncode == 0
    loaded = load_run("nasplug.db", "r")
    subject = report_subject(loaded, pytest.fail)
    assert (subject.run, subject.trials, subject.settings) == ("r", loaded.trials, loaded.run.settings)
    assert (subject.created, subject.state) == (loaded.run.created, "the budget of 2 trials is used")
    architecture = loaded.trials[0].architecture
    assert subject.picture(architecture) is None  # the toy draws none
    assert subject.describe(architecture) == remake_run(loaded).hook.describe(architecture=architecture)
