"""The laws of regularized evolution: tournament, aging, survival of failures."""

import time
from collections import Counter
from types import SimpleNamespace

import numpy as np
import pytest
from nasplug_strategies.regularized_evolution import RegularizedEvolution, last_complete

from nasplug import Architecture, Objective, SpaceExhausted
from nasplug.engine.objectives import Goal


@pytest.fixture
def numbers():
    """A space of integers whose mutation shows the parent: n → n + 1000."""

    def sample(rng):
        return Architecture("numbers", (int(rng.integers(100)),))

    def mutate(architecture, rng):
        return Architecture("numbers", (architecture.code[0] + 1000,))

    return SimpleNamespace(sample=sample, mutate=mutate)


def trials_of(make_trial, values):
    return [make_trial(i, Architecture("numbers", (i,)), value) for i, value in enumerate(values)]


def parents(strategy, numbers, trials, fake_run, draws=2000):
    run = fake_run(numbers, trials)
    return Counter(a.code[0] - 1000 for a in strategy.suggest(run, draws))


def test_random_until_the_population_is_full(numbers, fake_run, make_trial):
    strategy = RegularizedEvolution(population=10, tournament=3)
    assert all(a.code[0] < 1000 for a in strategy.suggest(fake_run(numbers, trials_of(make_trial, [50.0] * 4)), 5))
    assert len(strategy.suggest(fake_run(numbers, trials_of(make_trial, [50.0] * 4)), 50)) == 6
    assert all(a.code[0] >= 1000 for a in strategy.suggest(fake_run(numbers, trials_of(make_trial, [50.0] * 10)), 5))


def test_the_tournament_is_drawn_without_replacement_and_its_best_is_the_parent(numbers, fake_run, make_trial):
    found = parents(RegularizedEvolution(20, 5), numbers, trials_of(make_trial, range(20)), fake_run)
    assert min(found) >= 4  # the worst four of twenty cannot win a tournament of five different ones
    rate = found[19] / 2000
    assert abs(rate - 5 / 20) < 0.04  # the best wins whenever it is drawn


def test_a_tournament_of_everyone_always_picks_the_best(numbers, fake_run, make_trial):
    assert set(
        parents(RegularizedEvolution(10, 10), numbers, trials_of(make_trial, [3, 9, 1] + [2] * 7), fake_run)
    ) == {1}


def test_the_oldest_dies_however_good(numbers, fake_run, make_trial):
    trials = trials_of(make_trial, [99.0] + [50.0 + i for i in range(10)])
    assert set(parents(RegularizedEvolution(10, 10), numbers, trials, fake_run)) == {10}


def test_failed_trials_are_no_parents_and_take_no_place(numbers, fake_run, make_trial):
    trials = trials_of(make_trial, [90.0, *[None] * 30, *[50.0] * 9])
    assert set(parents(RegularizedEvolution(10, 10), numbers, trials, fake_run)) == {0}


def test_it_goes_on_where_everything_failed(numbers, fake_run, make_trial):
    found = RegularizedEvolution(5, 2).suggest(fake_run(numbers, trials_of(make_trial, [None] * 9)), 3)
    assert [a.code[0] < 1000 for a in found] == [True] * 3


def test_a_tournament_larger_than_the_population_is_refused():
    with pytest.raises(ValueError, match="must not exceed"):
        RegularizedEvolution(population=5, tournament=6)


def test_a_suggestion_costs_the_same_after_many_trials(numbers, fake_run, make_trial):
    strategy, few, many = (
        RegularizedEvolution(),
        trials_of(make_trial, [50.0] * 100),
        trials_of(make_trial, [50.0] * 20_000),
    )

    def best_of(trials):
        run, times = fake_run(numbers, trials), []
        for _ in range(200):
            start = time.perf_counter()
            strategy.suggest(run, 1)
            times.append(time.perf_counter() - start)
        return float(np.min(times))

    assert best_of(many) < 3 * best_of(few)


def test_it_beats_random_search_on_the_toy_space(toy_space, toy_accuracy, fake_run, make_trial):
    def best(strategy_sees):
        space, trials = toy_space(), []
        for number in range(150):
            run = fake_run(space, trials, seed=number)
            trials.append(make_trial(number, a := strategy_sees(run), toy_accuracy(a)))
        return max(t.accuracy for t in trials)

    strategy = RegularizedEvolution(20, 5)
    evolved = best(lambda run: strategy.suggest(run, 1)[0])
    drawn = best(lambda run: run.hook.sample(rng=run.rng))
    assert evolved > drawn


def test_the_defaults_are_those_of_the_notebook():
    assert (RegularizedEvolution().population, RegularizedEvolution().tournament) == (100, 10)


@pytest.mark.parametrize(
    ("budget", "population"),
    [(1, 2), (5, 2), (6, 2), (50, 16), (100, 33), (299, 99), (300, 100), (9000, 100), (None, 100)],
)
def test_a_third_of_the_budget_at_most_is_random_which_is_said(
    budget, population, numbers, fake_run, make_trial, caplog
):
    strategy, run = RegularizedEvolution(), fake_run(numbers, budget=budget)
    strategy.on_start(run)
    said = f"regularized_evolution: population {population} instead of 100, a third of the budget of {budget} trials"
    assert caplog.messages == [said] * (population < 100)
    assert len(strategy.suggest(run, 1000)) == population
    run.trials = trials_of(make_trial, [50.0] * population)
    assert all(a.code[0] >= 1000 for a in strategy.suggest(run, 5))


def test_a_small_population_stays_as_it_is(numbers, fake_run, caplog):
    strategy, run = RegularizedEvolution(population=10), fake_run(numbers, budget=30)
    strategy.on_start(run)
    assert (caplog.messages, len(strategy.suggest(run, 50))) == ([], 10)


class Fenced:
    """Numbers of which only those of some parents, and the first draws, lie inside bounds."""

    def __init__(self, parents, samples=0):
        self.parents, self.samples, self.asked = parents, samples, []

    def sample(self, rng):
        self.samples -= 1
        if self.samples < 0:
            raise SpaceExhausted("no more numbers")
        return Architecture("numbers", (0,))

    def mutate(self, architecture, rng):
        self.asked.append(architecture.code[0])
        if architecture.code[0] not in self.parents:
            raise SpaceExhausted(f"no neighbour of {architecture} lies inside")
        return Architecture("numbers", (architecture.code[0] + 1000,))


def test_where_the_bounds_hold_no_child_of_the_winner_the_next_best_is_the_parent(fake_run, make_trial):
    space, strategy = Fenced(parents=[0]), RegularizedEvolution(4, 4)
    trials = trials_of(make_trial, [50.0, 90.0, 70.0, 40.0])
    assert [a.code[0] for a in strategy.suggest(fake_run(space, trials), 1)] == [1000]
    assert space.asked == [1, 2, 0]


def test_where_the_bounds_hold_no_child_at_all_it_says_so_and_keeps_what_it_has(fake_run, make_trial):
    trials = trials_of(make_trial, [50.0, 90.0])
    with pytest.raises(SpaceExhausted, match="no neighbour of numbers:0 lies inside"):
        RegularizedEvolution(2, 2).suggest(fake_run(Fenced(parents=[]), trials), 3)
    with pytest.raises(SpaceExhausted, match="no more numbers"):
        RegularizedEvolution(9, 2).suggest(fake_run(Fenced([])), 3)
    assert len(RegularizedEvolution(9, 2).suggest(fake_run(Fenced([], samples=2)), 3)) == 2


@pytest.mark.parametrize("option", ["population", "tournament"])
def test_sizes_below_one_are_refused(option):
    with pytest.raises(ValueError, match=f"'{option}' must be >= 1"):
        RegularizedEvolution(**{"population": 3, "tournament": 1} | {option: 0})
    RegularizedEvolution(population=1, tournament=1)


def test_of_equal_accuracies_the_youngest_is_the_parent(numbers, fake_run, make_trial):
    trials = trials_of(make_trial, [50.0, 90.0, 90.0, 50.0])
    assert set(parents(RegularizedEvolution(4, 4), numbers, trials, fake_run, draws=20)) == {2}


def test_a_child_is_made_for_each_one_asked_for(numbers, fake_run, make_trial):
    strategy, run = RegularizedEvolution(3, 2), fake_run(numbers, trials_of(make_trial, [50.0] * 3))
    assert [len(strategy.suggest(run, count)) for count in (0, 1, 7)] == [0, 1, 7]


def test_a_tournament_takes_all_where_fewer_are_alive(numbers, fake_run, make_trial):
    trials = trials_of(make_trial, [None, 40.0, None, 60.0])
    assert set(parents(RegularizedEvolution(4, 3), numbers, trials, fake_run, draws=20)) == {3}


@pytest.mark.parametrize(("count", "wanted"), [(1, [4]), (2, [2, 4]), (9, [0, 2, 4])])
def test_the_last_complete_trials_are_in_their_order(count, wanted, make_trial):
    trials = trials_of(make_trial, [50.0, None, 70.0, None, 60.0])
    assert [trial.number for trial in last_complete(trials, count)] == wanted


def test_the_parent_is_the_best_by_the_main_objective(numbers, fake_run, make_trial):
    goal = Goal.of([], [], Objective("perplexity", direction="min"))
    run = fake_run(numbers, trials_of(make_trial, [50.0, 20.0, 90.0]), objectives=goal.objectives, score=goal.score)
    assert {a.code[0] - 1000 for a in RegularizedEvolution(3, 3).suggest(run, 20)} == {1}
