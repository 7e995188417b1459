"""Scores of any objective become the percent that a predictor learns, and its predictions values of the objective."""

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nasplug_strategies.neural.scale import Scale

from nasplug import Architecture, Objective
from nasplug.engine.objectives import Goal

PERPLEXITY = Goal.of([], [], Objective("perplexity", direction="min"))
F1 = Goal.of([], [], Objective("F1", low=0.0, high=1.0))


@pytest.fixture
def scale_of(fake_run: Any, make_trial: Any) -> Any:
    """Returns the scale of trials with these main figures, None for a failed one."""

    def make(goal: Goal, *values: float | None) -> tuple[Any, Scale]:
        trials = [make_trial(i, Architecture("numbers", (i,)), value) for i, value in enumerate(values)]
        run = fake_run(None, trials, objectives=goal.objectives, score=goal.score)
        return [goal.score(trial) for trial in trials if trial.evaluation], Scale.of(run, trials)

    return make


def test_percent_stay_as_they_are(scale_of: Any) -> None:
    scores, scale = scale_of(Goal(), 50.1, None, 93.7)
    assert scale.percent(scores) is scores
    assert scale.values(predicted := np.array([101.5, 3.0])) is predicted


def test_the_worst_is_0_and_the_best_100_percent_and_predictions_come_back_as_values(
    scale_of: Any,
) -> None:
    scores, scale = scale_of(PERPLEXITY, 120.0, 40.0, None, 80.0)
    assert list(scale.percent(scores)) == [0.0, 100.0, 50.0]
    assert scale.values(np.array([0.0, 100.0, 110.0])).tolist() == [120.0, 40.0, 32.0]
    scores, scale = scale_of(F1, 0.5, 0.75)
    assert list(scale.percent(scores)) == [0.0, 100.0]
    assert scale.values(np.array([50.0])).tolist() == [0.625]


def test_equal_values_are_predicted_as_they_are(scale_of: Any) -> None:
    scores, scale = scale_of(PERPLEXITY, 40.0, 40.0)
    assert scale.values(np.array(scale.percent(scores))).tolist() == [40.0, 40.0]


def test_percent_of_which_less_is_better_or_which_pass_100_are_scaled_too(scale_of: Any) -> None:
    error_rate = Goal.of([], [], Objective("error", "%", "min"))
    scores, scale = scale_of(error_rate, 5.0, 7.0)
    assert list(scale.percent(scores)) == [100.0, 0.0]
    growth = Goal.of([], [], Objective("growth", "%"))
    scores, scale = scale_of(growth, 50.0, 150.0)
    assert list(scale.percent(scores)) == [0.0, 100.0]


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_no_trial_is_below_0_or_above_100_percent(values: list[float]) -> None:
    trials = [SimpleNamespace(state="complete", value=value) for value in values]
    run = SimpleNamespace(objectives=[Objective("score")], score=lambda trial: trial.value)
    assert all(0.0 <= percent <= 100.0 for percent in Scale.of(run, trials).percent(values))
