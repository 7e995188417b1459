"""What the strategy of a run predicts: of its later trials, and as a ranking."""

import pytest

import nasplug as package
from nasplug.engine.objectives import Goal
from nasplug.engine.selection import Selection
from nasplug.engine.settings import Settings
from nasplug.errors import StorageError
from nasplug.experiments.stored_runs.load import make_run
from nasplug.experiments.stored_runs.prediction import (
    MAX_LEARNT,
    MAX_PREDICTED,
    evenly_spaced,
    predict_later_trials,
    rank_by_prediction,
)


def run_of(strategy):
    choice = Selection.of("toy:ToySpace", strategy, {}, {})
    return make_run(choice, Settings(space="toy:ToySpace", strategy=strategy), "r")


def trials(count, **options):
    return package.search("toy:ToySpace", "toy:Foreseer", budget=count, space_options=options).trials


def test_many_trials_are_predicted_at_places_that_are_evenly_spread():
    prediction = predict_later_trials(run_of("toy:Foreseer"), trials(1400))
    assert prediction.first == prediction.numbers[0] == MAX_LEARNT
    assert prediction.numbers[-1] == 1399
    assert len(prediction.numbers) == len(prediction.predicted) == len(prediction.measured) == MAX_PREDICTED
    assert {b - a for a, b in zip(prediction.numbers, prediction.numbers[1:], strict=False)} == {1, 2}


def test_the_second_half_is_predicted_from_the_first():
    searched = trials(9)
    prediction = predict_later_trials(run_of("toy:Foreseer"), searched)
    assert (prediction.first, prediction.numbers) == (4, [4, 5, 6, 7, 8])
    assert prediction.measured == [t.accuracy for t in searched[4:9]]
    assert prediction.predicted == [50.0 + sum(t.architecture.code) for t in searched[4:9]]


def test_a_strategy_is_given_the_first_half_to_learn_from(monkeypatch):
    run, learnt = run_of("toy:Foreseer"), []
    monkeypatch.setattr(run.hook, "predict", lambda run, architectures: learnt.extend(run.trials) or [1.0] * 4)
    predict_later_trials(run, trials(8))
    assert [t.number for t in learnt] == [0, 1, 2, 3]


def test_few_complete_trials_predict_nothing_and_a_strategy_need_not():
    assert predict_later_trials(run_of("toy:Foreseer"), trials(7)) is None
    assert predict_later_trials(run_of("toy:Foreseer"), trials(8)) is not None
    assert predict_later_trials(run_of("random"), trials(8)) is None


def test_the_ranking_begins_with_what_is_predicted_to_be_best():
    searched = trials(6)
    ranking = rank_by_prediction(run_of("toy:Foreseer"), searched)
    assert [value for _, value in ranking] == sorted(
        (50.0 + sum(t.architecture.code) for t in searched[:6]), reverse=True
    )
    assert all(value == 50.0 + sum(trial.architecture.code) for trial, value in ranking)


def test_the_ranking_of_a_perplexity_begins_with_the_lowest_and_measures_it():
    choice = Selection.of("objective_spaces:Perplexity", "toy:Foreseer", {}, {})
    run = make_run(choice, Settings(space="objective_spaces:Perplexity", strategy="toy:Foreseer"), "r")
    searched = package.search("objective_spaces:Perplexity", "toy:Foreseer", budget=8).trials
    ranking = [value for _, value in rank_by_prediction(run, searched)]
    assert ranking == sorted(ranking)
    assert predict_later_trials(run, searched).measured == [t.accuracy for t in searched[4:8]]


def test_the_objective_of_a_prediction_is_that_of_the_run():
    choice = Selection.of("objective_spaces:F1", "toy:Foreseer", {}, {})
    goal = Goal.of(["size"], [])
    run = make_run(choice, Settings(space="objective_spaces:F1", strategy="toy:Foreseer"), "r", goal)
    searched = package.search("objective_spaces:F1", "toy:Foreseer", budget=8).trials
    assert predict_later_trials(run, searched).measured == [sum(t.architecture.code) for t in searched[4:8]]


def test_what_breaks_a_limit_is_not_ranked():
    searched = package.search("objective_spaces:F1", "toy:Foreseer", budget=9, limits=("size<=5",)).trials
    ranked = [trial for trial, _ in rank_by_prediction(run_of("toy:Foreseer"), searched)]
    assert 0 < len(ranked) < 9
    assert all(sum(trial.architecture.code) <= 5 for trial in ranked)


def test_without_predictions_or_complete_trials_there_is_no_ranking():
    with pytest.raises(StorageError, match="The strategy of the run 'r', random, predicts nothing"):
        rank_by_prediction(run_of("random"), trials(2))
    with pytest.raises(StorageError, match="no complete trial: 2 failed. The first: "):
        rank_by_prediction(run_of("toy:Foreseer"), trials(2, value=250))


@pytest.mark.parametrize(
    ("length", "count", "places"),
    [
        (5, 9, [0, 1, 2, 3, 4]),
        (5, 3, [0, 2, 4]),
        (5, 2, [0, 4]),
        (5, 1, [0]),
        (5, 0, []),
        (0, 3, []),
        (10, 4, [0, 3, 6, 9]),
    ],
)
def test_places_are_evenly_spaced_with_both_ends(length, count, places):
    assert evenly_spaced(length, count) == places
