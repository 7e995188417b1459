"""Which architectures are ranked at which fit."""

from collections.abc import Iterable
from itertools import islice

import torch
from nasplug_strategies.neural.candidates import Candidates
from nasplug_strategies.neural.pool import Pool
from nasplug_strategies.predictor.graphs.dense_graphs import Graphs

from nasplug import Architecture

SIZE, SHORT = 6, 3
ARCHITECTURES = [Architecture(space="toy", code=(number,)) for number in range(SIZE)]


def pool() -> Pool:
    """Returns six architectures, numbered, whose graphs are single nodes."""
    graphs = Graphs(torch.ones(SIZE, 1, 1), torch.zeros(SIZE, 1, 1, dtype=torch.bool), torch.ones(SIZE, 1).bool())
    return Pool(ARCHITECTURES, graphs, None)


class Ranked:
    """Ranks the last first, and remembers what it was asked to rank."""

    def __init__(self) -> None:
        self.pools: list[Pool] = []

    def __call__(self, pool: Pool) -> list[int]:
        self.pools.append(pool)
        return list(range(len(pool.architectures)))[::-1]


def numbers(found: Iterable[Architecture]) -> list[int]:
    return [architecture.code[0] for architecture in found]


def test_everything_is_ranked_first_and_when_twice_as_many_networks_are_known() -> None:
    candidates, rank = Candidates(pool(), SHORT), Ranked()
    for known in (40, 50, 79, 80, 90):
        candidates.best_first(known, rank)
    assert [len(each.architectures) for each in rank.pools] == [SIZE, SHORT, SHORT, SIZE, SHORT]


def test_what_is_not_on_the_short_list_follows_in_its_last_order() -> None:
    candidates, rank = Candidates(pool(), SHORT), Ranked()
    assert numbers(islice(candidates.best_first(40, rank), 2)) == [5, 4]
    assert numbers(candidates.best_first(50, rank)) == [3, 4, 5, 3, 2, 1, 0]


def test_the_short_list_stays_one_object_so_that_what_is_known_of_its_graphs_is_kept() -> None:
    candidates, rank = Candidates(pool(), SHORT), Ranked()
    for known in (40, 50, 60):
        candidates.best_first(known, rank)
    assert rank.pools[1].graphs is rank.pools[2].graphs
