"""The predictor that fits again and again, and explores, held to the laws that this decides; `testing` has them all."""

from typing import ClassVar

import pytest

from nasplug import hookimpl
from nasplug.testing import StrategyConformance, Toy

DECIDED = (
    "test_never_pays_twice",
    "test_survives_failed_trials",
    "test_is_repeatable",
    "test_told_trials_give_the_same_suggestions",
    "test_a_resumed_search_is_the_same",
    "test_ends_where_nothing_is_new",
    "test_works_asynchronously",
)


@pytest.mark.slow
class TestNeuralPredictorThatRefits(StrategyConformance):
    strategy = "neural_predictor"
    options: ClassVar = {"n": 10, "refit": 4, "explore": 0.5, "epochs": 2, "size": 8}
    budget = 18
    exempt: ClassVar = {
        name: "how often it fits changes nothing" for name in StrategyConformance.laws() if name not in DECIDED
    }


@pytest.mark.slow
class TestNeuralPredictorWhosePoolGrows(TestNeuralPredictorThatRefits):
    """The same laws on a toy space that does not enumerate."""

    options: ClassVar = TestNeuralPredictorThatRefits.options | {"pool": 100}

    @pytest.fixture(autouse=True)
    def _hide_enumeration(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(Toy, "enumerate_space", hookimpl(lambda self: None))


def test_the_laws_that_are_tried_exist():
    assert set(DECIDED) <= set(StrategyConformance.laws())
