"""Random search on the toy space."""

import numpy as np
from nasplug_strategies.random_search import RandomSearch


def test_distinct_never_suggests_an_equal_network_twice(toy_space, fake_run):
    space, strategy, pending = toy_space(), RandomSearch(), []
    for seed in range(20):
        pending += strategy.suggest(fake_run(space, seed=seed, pending=tuple(pending)), 20)
    assert len({space.canonical(a) for a in pending}) == len(pending) == 400


def test_without_distinct_the_draws_are_the_space_s_own(toy_space, fake_run):
    space, rng = toy_space(), np.random.default_rng(7)
    assert RandomSearch(distinct=False).suggest(fake_run(space, seed=7), 50) == [
        space.sample(rng=rng) for _ in range(50)
    ]


def test_an_exhausted_space_ends_the_search(fake_run, toy_space):
    class One(toy_space):
        def sample(self, rng):
            return super().sample(np.random.default_rng(0))

    strategy, run = RandomSearch(), fake_run(One())
    run.pending = tuple(strategy.suggest(run, 5))
    assert len(run.pending) == 1
    assert strategy.suggest(run, 5) == []


def test_a_told_trial_is_not_suggested_again(fake_run, make_trial, toy_space):
    space = toy_space()
    first = RandomSearch().suggest(fake_run(space), 1)[0]
    again = RandomSearch().suggest(fake_run(space, [make_trial(0, first, 80.0)]), 30)
    assert space.canonical(first) not in {space.canonical(a) for a in again}


def test_distinct_is_the_default_and_asks_for_as_many_as_wanted(toy_space, fake_run):
    strategy, run = RandomSearch(), fake_run(toy_space())
    assert strategy.distinct
    assert [len(strategy.suggest(run, count)) for count in (0, 1, 7)] == [0, 1, 7]


def test_a_new_run_forgets_the_networks_of_the_former(toy_space, fake_run, make_trial):
    strategy, space = RandomSearch(), toy_space()
    first = strategy.suggest(fake_run(space), 5)
    strategy.suggest(fake_run(space, [make_trial(0, first[0], 80.0)]), 5)
    strategy.on_start(fake_run(space))
    assert strategy.suggest(fake_run(space), 5) == first
