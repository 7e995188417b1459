"""What a strategy is asked to predict, and what it may answer."""

from types import SimpleNamespace

import numpy as np
import pytest
from sessions import run_of

from nasplug.engine.objectives import DEFAULT_GOAL
from nasplug.engine.predictions import can_predict, predict
from nasplug.errors import PluginError


def test_a_strategy_can_predict_if_it_has_the_hook():
    assert [can_predict(run_of(strategy)) for strategy in ("toy:Foreseer", "random")] == [True, False]


@pytest.mark.parametrize(("answer", "said"), [([1.0], "returned 1"), ([1.0, np.nan], "returned 2, nan among them")])
def test_a_prediction_is_one_finite_number_for_each_architecture(answer, said):
    hook = SimpleNamespace(predict=lambda run, architectures: answer)
    run = SimpleNamespace(settings=SimpleNamespace(strategy="s"), hook=hook, goal=DEFAULT_GOAL)
    with pytest.raises(PluginError, match=rf"'s' must predict 2 finite values of accuracy, it {said}"):
        predict(run, ["a", "b"])
