"""The example strategy keeps the laws, restarts where it is stuck, and is as short as it claims."""

from itertools import pairwise
from pathlib import Path

import nasplug_localsearch

import nasplug
from nasplug.testing import StrategyConformance, Toy


class TestLocalSearch(StrategyConformance):
    strategy = "local_search"


def test_it_is_shorter_than_sixty_lines():
    assert len(Path(nasplug_localsearch.__file__).read_text().splitlines()) < 60


def test_it_finds_the_best_of_a_space_and_then_everything_else():
    space = Toy(layers=3, noise=0.0)
    result = nasplug.search(space, "local_search", budget=500, strategy_options={"patience": 3})
    networks = list(space.enumerate_space())
    assert len({trial.canonical for trial in result.trials}) == len(networks) == len(result.trials) - 1
    assert result.best.validation == max(space.evaluate(one, "search", 0).accuracy for one in networks)


def test_it_starts_anew_where_no_mutant_is_better():
    result = nasplug.search(Toy(noise=0.0), "local_search", budget=60, strategy_options={"patience": 4})
    codes = [trial.architecture.code for trial in result.trials[:-1]]
    jumps = [sum(a != b for a, b in zip(one, other, strict=True)) for one, other in pairwise(codes)]
    assert max(jumps) > 2  # two mutants of one centre differ in two places at most
