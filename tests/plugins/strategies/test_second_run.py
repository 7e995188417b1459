"""One instance of a strategy serves search after search."""

import pytest
from nasplug_strategies.neural.strategy import NeuralPredictorSearch
from nasplug_strategies.random_search import RandomSearch

import nasplug
from nasplug.testing import Toy


@pytest.mark.parametrize("make", [RandomSearch, lambda: NeuralPredictorSearch(n=6, members=1, explore=0.0, epochs=2)])
def test_a_second_search_is_as_if_it_were_the_first(make):
    strategy = make()
    space = Toy(layers=4)
    nasplug.search(space, strategy, budget=12, seed=1)
    again, first = (nasplug.search(space, used, budget=12, seed=0) for used in (strategy, make()))
    assert [t.architecture for t in again.trials] == [t.architecture for t in first.trials]
