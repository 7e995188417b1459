"""By how much and with what certainty the recommended architecture is better than the median random one."""

import numpy as np
import pytest
import toy

from nasplug.analysis.margin import margin
from nasplug.engine.objectives import DEFAULT_GOAL, Goal
from nasplug.types import Evaluation, Trial


def trial(number, accuracy, purpose="search", code=None, **metrics):
    architecture = toy.architecture(0, 0, number if code is None else code)
    evaluation = Evaluation(accuracy, 2.0, metrics)
    return Trial(number, architecture, "complete", evaluation, None, purpose, 1.0, 2.0, str(architecture))


SEARCHED = [trial(number, 50.0 + number) for number in range(9)]


def test_the_median_is_that_of_the_first_which_were_drawn_at_random():
    better = margin(SEARCHED, DEFAULT_GOAL, drawn_first=5)
    assert (better.value, better.reference) == (6.0, "the median of the 5 networks drawn at random")


def test_where_nobody_says_which_were_random_it_is_the_runs():
    better = margin(SEARCHED, DEFAULT_GOAL)
    assert (better.value, better.reference) == (4.0, "the median of the run's 9")
    assert margin(SEARCHED, DEFAULT_GOAL, 9).reference == "the median of the 9 networks drawn at random"


def test_one_training_does_not_tell_how_certain_it_is():
    assert margin(SEARCHED, DEFAULT_GOAL).text(DEFAULT_GOAL) == (
        "4.00 % better than the median of the run's 9; how certain that is, one training cannot tell: "
        "--confirm 3:4 does"
    )


def test_the_certainty_is_that_of_the_trainings_that_confirm():
    trials = [*SEARCHED, *(trial(9 + n, value, "confirm", 8) for n, value in enumerate((57.0, 58.0, 59.0, 58.0)))]
    better = margin(trials, DEFAULT_GOAL, 5)
    assert (better.value, better.basis) == (6.0, "by the trainings that confirm it")
    assert better.certainty > 0.99
    assert better.text(DEFAULT_GOAL).startswith(
        "6.00 ± 0.94 % better than the median of the 5 networks drawn at random"
    )


def test_what_was_lucky_once_may_be_luck():
    trials = [*SEARCHED, *(trial(9 + n, value, "confirm", 8) for n, value in enumerate((40.0, 60.0, 45.0, 52.0)))]
    assert (
        margin(trials, DEFAULT_GOAL, 5)
        .text(DEFAULT_GOAL)
        .endswith("that may be luck, by the trainings that confirm it")
    )


def test_the_best_of_many_is_less_certain_than_one():
    few = [trial(number, 50.0 + number % 3, repeats=4, repeat_deviation=3.0) for number in range(4)]
    many = [trial(number, 50.0 + number % 3, repeats=4, repeat_deviation=3.0) for number in range(60)]
    assert margin(many, DEFAULT_GOAL).certainty < margin(few, DEFAULT_GOAL).certainty
    assert margin(many, DEFAULT_GOAL).basis == "as the best of 60"


def test_it_is_seldom_certain_of_what_is_nothing_but_noise():
    rng, certain = np.random.default_rng(0), 0
    for _ in range(200):
        values = 50.0 + rng.standard_normal(20)
        best = int(values.argmax())
        again = [trial(20 + n, 50.0 + rng.standard_normal(), "confirm", best) for n in range(4)]
        found = margin([*(trial(n, value) for n, value in enumerate(values)), *again], DEFAULT_GOAL, 20)
        certain += found.certainty > 0.95
    assert certain / 200 < 0.09


def test_less_is_better_of_a_loss():
    goal = Goal.of(["loss"], [])
    better = margin([trial(number, 50.0, loss=1.0 + number) for number in range(5)], goal)
    assert (better.value, better.text(goal).split(";")[0]) == (2.0, "2.00 better than the median of the run's 5")


@pytest.mark.parametrize("count", [0, 2])
def test_few_networks_have_no_median_worth_a_word(count):
    assert margin(SEARCHED[:count], DEFAULT_GOAL) is None
