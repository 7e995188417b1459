"""Which networks count as new."""

from types import SimpleNamespace

import numpy as np
import pytest
from nasplug_strategies import distinct as module
from nasplug_strategies.distinct import Distinct, networks

from nasplug import Architecture, SpaceExhausted


class Pairs:
    """Architectures (a, b) whose networks do not depend on the order; draws come from a list, the last for ever."""

    def __init__(self, *codes):
        self.codes, self.draws = codes, 0

    def sample(self, rng):
        self.draws += 1
        return Architecture("pairs", self.codes[min(self.draws, len(self.codes)) - 1])

    def canonical(self, architecture):
        return str(sorted(architecture.code))


RNG = np.random.default_rng(0)


def run_of(hook, trials=(), pending=()):
    return SimpleNamespace(hook=hook, trials=list(trials), pending=tuple(pending))


def test_an_equal_network_is_not_new():
    distinct, hook = Distinct(), Pairs()
    codes = [(1, 2), (2, 1), (1, 3), (1, 2)]
    assert [distinct.add(hook, Architecture("pairs", code)) for code in codes] == [True, False, True, False]
    assert distinct.pending == {"[1, 2]", "[1, 3]"}


def test_what_is_known_are_the_networks_of_the_trials_and_of_what_is_pending(make_trial):
    distinct, hook = Distinct(), Pairs()
    distinct.add(hook, Architecture("pairs", (5, 6)))  # and never suggested
    trials = [make_trial(0, Architecture("pairs", (2, 1)), 80.0), make_trial(1, Architecture("pairs", (1, 2)), None)]
    distinct.update(run_of(hook, trials, [Architecture("pairs", (4, 3))]))
    assert (distinct.told, distinct.pending) == ({"[1, 2]"}, {"[3, 4]"})
    codes = [(1, 2), (3, 4), (5, 6)]
    assert [distinct.add(hook, Architecture("pairs", code)) for code in codes] == [False, False, True]


def test_a_network_whose_trial_ends_stays_known(make_trial):
    distinct, hook, network = Distinct(), Pairs(), Architecture("pairs", (3, 4))
    distinct.update(run_of(hook, [], [network]))
    distinct.update(run_of(hook, [make_trial(0, network, 80.0)]))
    assert (distinct.told, distinct.pending) == ({"[3, 4]"}, set())


def test_a_canonical_form_is_asked_for_once_while_its_architecture_is_pending():
    class Counted(Pairs):
        asked = 0

        def canonical(self, architecture):
            self.asked += 1
            return super().canonical(architecture)

    distinct, hook = Distinct(), Counted((1, 2), (3, 4))
    suggested = distinct.sample(hook, RNG, 2)
    distinct.update(run_of(hook, [], suggested))
    assert hook.asked == 2


def test_the_canonical_form_of_a_trial_is_taken_where_it_has_one(make_trial):
    distinct = Distinct()
    trial = make_trial(0, Architecture("pairs", (1, 2)), None, canonical="stored")
    distinct.update(run_of(Pairs(), [trial]))
    assert distinct.told == networks(Pairs(), [trial]) == {"stored"}


def test_samples_are_new_networks_in_the_order_of_their_draws():
    networks, hook = Distinct(), Pairs((1, 2), (2, 1), (1, 3), (1, 4))
    assert [a.code for a in networks.sample(hook, RNG, 2)] == [(1, 2), (1, 3)]
    assert hook.draws == 3
    assert [a.code for a in networks.sample(hook, RNG, 1)] == [(1, 4)]


def test_nothing_is_drawn_where_nothing_is_asked_for():
    hook = Pairs((1, 2))
    assert Distinct().sample(hook, RNG, 0) == []
    assert hook.draws == 0


@pytest.mark.parametrize(("misses", "found"), [(4, 2), (5, 1)])
def test_patience_counts_misses_in_a_row(misses, found, monkeypatch):
    monkeypatch.setattr(module, "PATIENCE", 5)
    hook = Pairs((1, 2), *[(1, 2)] * misses, (1, 3))
    assert len(Distinct().sample(hook, RNG, 3)) == found
    assert hook.draws == (1 + 4 + 1 + 5 if found == 2 else 1 + 5)


class Bounded(Pairs):
    """Finds nothing more after its draws."""

    def sample(self, rng):
        if self.draws == len(self.codes):
            raise SpaceExhausted("nothing more inside")
        return super().sample(rng)


def test_what_was_drawn_before_the_bounds_were_exhausted_is_kept():
    hook = Bounded((1, 2), (2, 1), (1, 3))
    assert [a.code for a in Distinct().sample(hook, RNG, 5)] == [(1, 2), (1, 3)]
    with pytest.raises(SpaceExhausted, match="nothing more inside"):
        Distinct().sample(hook, RNG, 5)
