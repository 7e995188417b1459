"""The mean of several trainings: what it averages, what it adds up, and which seeds it uses."""

import pytest

from nasplug import Evaluation
from nasplug.training.repeats import mean_of_repeats


def recorder(calls):
    def train_once(seed):
        calls.append(seed)
        return Evaluation(60.0 + 4.0 * len(calls), 10.0, {"parameters": 5.0, "loss": float(len(calls))}, "trained")

    return train_once


def test_accuracies_are_averaged_and_costs_added():
    found = mean_of_repeats(recorder([]), 2, seed=3)
    assert (found.accuracy, found.cost, found.source) == (66.0, 20.0, "trained")
    expected = {"parameters": 5.0, "loss": 1.5, "repeats": 2.0, "repeat_deviation": pytest.approx(8**0.5)}
    assert found.metrics == expected


def test_seeds_are_distinct_repeatable_and_the_given_one_for_a_single_training():
    first, again, other, single = [], [], [], []
    for calls, seed, repeats in ((first, 3, 3), (again, 3, 3), (other, 4, 3), (single, 3, 1)):
        mean_of_repeats(recorder(calls), repeats, seed)
    assert first == again
    assert len({*first, *other}) == 6
    assert single == [3]
