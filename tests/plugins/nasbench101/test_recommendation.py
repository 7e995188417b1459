"""What the space suggests to strategies."""

import pytest
from nasplug_nasbench101.recommendation import recommended
from nasplug_strategies.neural.strategy import NeuralPredictorSearch


@pytest.mark.parametrize("tabular", [True, False])
def test_the_paper_has_the_size_of_table_1_by_how_many_are_learned_from(tabular):
    advice = recommended("neural_predictor", tabular)["paper"]
    settings = NeuralPredictorSearch(preset="paper", paper=advice).settings()
    assert "size" not in settings
    assert settings["stages"] == (2 if tabular else 1)


def test_nothing_is_suggested_to_a_strange_strategy():
    assert recommended("strange", tabular=True) is None
