"""Which networks count as new."""

import numpy as np
import pytest
from nasplug_strategies import distinct as module
from nasplug_strategies.distinct import Distinct

from nasplug import Architecture


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


def test_an_equal_network_is_not_new():
    networks, hook = Distinct(), Pairs()
    codes = [(1, 2), (2, 1), (1, 3), (1, 2)]
    assert [networks.add(hook, Architecture("pairs", code)) for code in codes] == [True, False, True, False]
    assert networks.pending == 2


def test_told_networks_are_no_longer_pending_and_count_once(make_trial):
    networks, hook = Distinct(), Pairs()
    networks.add(hook, Architecture("pairs", (1, 2)))
    networks.add(hook, Architecture("pairs", (3, 4)))
    networks.add_trial(hook, make_trial(0, Architecture("pairs", (2, 1)), 80.0))
    networks.add_trial(hook, make_trial(1, Architecture("pairs", (1, 2)), 80.0))
    assert (networks.pending, len(networks.seen), networks.ended) == (1, 2, {"[1, 2]"})


def test_the_canonical_form_of_a_trial_is_taken_where_it_has_one(make_trial):
    networks = Distinct()
    networks.add_trial(Pairs(), make_trial(0, Architecture("pairs", (1, 2)), None, canonical="stored"))
    assert networks.seen == networks.ended == {"stored"}


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
