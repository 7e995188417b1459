"""A new instance is told the trials of a search beside it, as a resumed run would tell them."""

import pytest

from nasplug import hookimpl
from nasplug.testing.retelling import Retelling
from nasplug.testing.searches import run_search
from nasplug.testing.toy import HillClimber, RandomSearch, Toy


class Recorder(RandomSearch):
    """Remembers what it hears, in a list of the test."""

    def __init__(self, heard):
        self.heard = heard

    @hookimpl
    def on_start(self, run):
        self.heard.append(("start", len(run.trials), run.replaying))

    @hookimpl
    def on_trial(self, run, trial):
        self.heard.append((trial.purpose, trial.number, len(run.trials), run.replaying))

    @hookimpl
    def suggest(self, run, count):
        self.heard.append(("suggest", len(run.trials), run.replaying))
        run.stop("enough")
        return RandomSearch.suggest(self, run, count)


def test_trials_are_told_in_order_then_a_final_one_then_it_is_asked():
    heard = []
    retelling = Retelling(lambda: Recorder(heard), every=2)
    result = run_search(Toy(), RandomSearch(), retelling, budget=3)
    assert len(result.trials) == 3 + 1  # what the other one stops is not this search
    assert heard == [
        ("start", 0, True),
        ("suggest", 0, False),
        ("start", 0, True),
        ("search", 0, 1, True),
        ("search", 1, 2, True),
        ("final", 2, 2, True),
        ("suggest", 2, False),
    ]
    assert retelling.differences == []


class Counting(HillClimber):
    """Samples once it was asked three times."""

    asked = 0

    @hookimpl
    def suggest(self, run, count):
        self.asked += 1
        return (RandomSearch if self.asked > 3 else HillClimber).suggest(self, run, count)


def test_a_difference_says_after_which_trials_and_what_both_suggested():
    retelling = Retelling(Counting)
    run_search(Toy(), Counting(), retelling, budget=5)
    assert len(retelling.differences) == 2
    assert retelling.differences[0].startswith("after 3 trials and 0 pending it suggested toy:")
    assert "; told the same, a new instance suggested toy:" in retelling.differences[0]


class Refusing(RandomSearch):
    @hookimpl
    def on_trial(self, run):
        if run.replaying:
            raise KeyError("replayed")


def test_what_a_new_instance_raises_is_a_difference():
    retelling = Retelling(Refusing)
    run_search(Toy(), Refusing(), retelling, budget=2)
    (difference,) = retelling.differences
    assert difference.endswith("told the same, a new instance raised KeyError: 'replayed'")


@pytest.mark.parametrize("asynchronous", [False, True])
def test_pending_architectures_are_those_of_the_run(asynchronous):
    class Watching(RandomSearch):
        @hookimpl
        def suggest(self, run, count):
            pending.append(tuple(run.pending))
            return RandomSearch.suggest(self, run, count)

    pending = []
    space = Toy(seconds=0.003)
    run_search(space, Watching(), Retelling(Watching), budget=12, workers=3, asynchronous=asynchronous)
    assert pending[::2] == pending[1::2]
    assert any(pending) == asynchronous
