"""What a report asks of plugins: predictions of some later trials, unless they would take longer than the page."""

import pytest

import nasplug as package
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.experiments.stored_runs import reporting
from nasplug.experiments.stored_runs.load import load_run, make_run
from nasplug.experiments.stored_runs.prediction import MAX_LEARNT, MAX_PREDICTED, predict_later_trials


def run_of(strategy):
    choice = Selection.of("toy:ToySpace", strategy, {}, {})
    return make_run(choice, Settings(space="toy:ToySpace", strategy=strategy), "r")


def trials(count, **options):
    return package.search("toy:ToySpace", "toy:Foreseer", budget=count, space_options=options).trials


def test_many_trials_are_predicted_at_places_that_are_evenly_spread():
    found = predict_later_trials(run_of("toy:Foreseer"), trials(1400))
    assert found.first == found.numbers[0] == MAX_LEARNT
    assert found.numbers[-1] == 1399
    assert len(found.numbers) == len(found.predicted) == len(found.measured) == MAX_PREDICTED
    assert {b - a for a, b in zip(found.numbers, found.numbers[1:], strict=False)} == {1, 2}


def test_few_complete_trials_predict_nothing_and_a_strategy_need_not():
    assert predict_later_trials(run_of("toy:Foreseer"), trials(7)) is None
    assert predict_later_trials(run_of("toy:Foreseer"), trials(8)) is not None
    assert predict_later_trials(run_of("random"), trials(8)) is None


@pytest.mark.parametrize(("strategy", "told"), [("toy:Foreseer", 1), ("random", 0)])
def test_a_large_run_leaves_its_predictions_to_plot_and_says_so(invoke, tmp_path, monkeypatch, strategy, told):
    run = ("run", "--space", "toy:ToySpace", "--strategy", strategy, "--budget", "20", "--name", "large")
    assert invoke(*run).returncode == 0
    monkeypatch.setattr(reporting, "MAX_PREDICTED_RUN", 10)
    said = []
    assert (
        reporting.report_subject(load_run(f"sqlite:///{tmp_path}/nasplug.db", "large"), said.append).prediction is None
    )
    assert len(said) == told
    assert all("'nasplug plot large --kind prediction' draws them" in text for text in said)
