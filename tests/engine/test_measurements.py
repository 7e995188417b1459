"""What all trainings of a network say together, and which network is recommended by it."""

import math

import attrs
import pytest
import toy

from nasplug.engine.measurements import confirmed, measurement, recommended
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.types import Evaluation, Trial


def trial(number, accuracy, purpose="search", code=(0, 0, 0), source="trained", **metrics):
    evaluation = Evaluation(accuracy, 2.0, metrics, source)
    architecture = toy.architecture(*code)
    return Trial(number, architecture, "complete", evaluation, None, purpose, 1.0, 2.0, str(architecture))


A, B = (0, 0, 1), (0, 0, 2)


def test_the_mean_weighs_each_trial_by_its_trainings():
    both = measurement([trial(0, 70.0, repeats=3), trial(1, 74.0, "confirm")], DEFAULT_GOAL)
    assert (both.mean, both.trainings, both.confirmations, both.value) == (71.0, 4, 1, 70.0)


def test_one_training_says_nothing_of_its_error():
    alone = measurement([trial(0, 70.0)], DEFAULT_GOAL)
    assert (alone.standard_error, alone.error_of_value) == (None, None)


def test_a_trial_of_several_trainings_says_how_far_they_differ():
    alone = measurement([trial(0, 70.0, repeats=4, repeat_deviation=2.0)], DEFAULT_GOAL)
    assert alone.standard_error == alone.error_of_value == 1.0
    assert measurement([trial(0, 70.0, repeats=4, std=2.0)], DEFAULT_GOAL).standard_error == 1.0


def test_trainings_differ_within_trials_and_between_them():
    two = [trial(0, 70.0, repeats=2, repeat_deviation=1.0), trial(1, 72.0, "confirm", repeats=2, repeat_deviation=1.0)]
    both = measurement(two, DEFAULT_GOAL)
    values = [71 - 1 - math.sqrt(0.5), 71 - 1 + math.sqrt(0.5), 71 + 1 - math.sqrt(0.5), 71 + 1 + math.sqrt(0.5)]
    deviation = math.sqrt(sum((value - 71) ** 2 for value in values) / 3)
    assert both.deviation == pytest.approx(deviation)
    assert both.standard_error == pytest.approx(deviation / 2)


def test_the_deviation_of_accuracies_says_nothing_of_another_objective():
    goal = Goal.of(["loss"], [])
    assert measurement([trial(0, 70.0, loss=0.5, repeats=4, repeat_deviation=2.0)], goal).standard_error is None


@pytest.mark.parametrize("source", ["duplicate", "cache"])
def test_a_copy_of_an_answer_is_no_further_training(source):
    both = measurement([trial(0, 70.0), trial(1, 70.0, source=source)], DEFAULT_GOAL)
    assert (both.trainings, both.standard_error) == (1, None)


def test_without_confirmations_the_incumbent_is_recommended_by_its_own_value():
    trials = [trial(0, 70.0, code=A), trial(1, 60.0, code=A), trial(2, 65.0, code=B)]
    best = recommended(trials, DEFAULT_GOAL)
    assert (best.trial.number, best.value, best.confirmations) == (0, 70.0, 0)
    assert best.error_of_value == pytest.approx(math.sqrt(50.0))
    assert recommended([], DEFAULT_GOAL) is None


def test_of_the_confirmed_the_best_mean_is_recommended_though_another_was_measured_higher_once():
    trials = [trial(0, 90.0, code=A), trial(1, 80.0, code=B)]
    trials += [trial(2 + n, 60.0, "confirm", A) for n in range(2)] + [
        trial(4 + n, 79.0, "confirm", B) for n in range(2)
    ]
    best = recommended(trials, DEFAULT_GOAL)
    assert (best.trial.architecture.code, best.mean, best.confirmations) == (B, pytest.approx(238 / 3), 2)
    assert [each.trial.number for each in confirmed(trials, DEFAULT_GOAL)] == [1, 0]


def test_the_best_of_a_loss_is_the_lowest_mean():
    goal = Goal.of(["loss"], [])
    trials = [trial(0, 1.0, code=A, loss=0.5), trial(1, 1.0, code=B, loss=0.6)]
    trials += [trial(2, 1.0, "confirm", A, loss=0.9), trial(3, 1.0, "confirm", B, loss=0.6)]
    assert recommended(trials, goal).trial.number == 1


def test_a_confirmation_at_a_lower_fidelity_counts_no_more_where_the_search_went_on_to_a_higher_one():
    low = [attrs.evolve(trial(0, 90.0, code=A), epochs=3), attrs.evolve(trial(1, 91.0, "confirm", A), epochs=3)]
    high = attrs.evolve(trial(2, 80.0, code=B), epochs=9)
    assert recommended([*low, high], DEFAULT_GOAL).trial.number == 2


def test_a_confirmation_that_failed_is_no_training():
    failed = attrs.evolve(trial(1, 0.0, "confirm"), state="failed", evaluation=None)
    assert confirmed([trial(0, 70.0), failed], DEFAULT_GOAL) == []
