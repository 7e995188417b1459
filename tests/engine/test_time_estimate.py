"""How long a run still takes, by what its evaluations have taken."""

import attrs
import toy

from nasplug.engine.settings import Settings
from nasplug.engine.time_estimate import TimeEstimate
from nasplug.types import Evaluation, Trial


def trial(purpose="search"):
    return Trial(0, toy.architecture(0), "complete", Evaluation(50.0, 1.0), None, purpose, 0.0, 1.0)


def estimate(**settings):
    return TimeEstimate(Settings(space="toy", strategy="grid", **settings), 100.0)


def test_nothing_is_known_before_the_first_trial_nor_without_a_budget():
    assert estimate(budget=4).seconds_left(200.0) is None
    unbounded = estimate()
    unbounded.add(trial(), 110.0, False)
    assert (unbounded.evaluations, unbounded.seconds_left(110.0)) == (None, None)


def test_what_confirms_and_the_final_count_and_time_goes_by():
    known = estimate(budget=4, confirm=(2, 3), finals=2)
    known.add(trial(), 110.0, False)
    assert (known.evaluations, known.seconds_left(110.0), known.seconds_left(114.0)) == (12, 110.0, 106.0)
    assert known.seconds_left(1000.0) == 0.0


def test_workers_evaluate_in_rounds():
    known = estimate(budget=4, workers=2, confirm=(2, 2))
    for now in (110.0, 111.0):
        known.add(trial(), now, False)
    assert known.seconds_left(111.0) == 44.0  # one round of the search, two that confirm, and the final


def test_what_is_replayed_takes_no_time():
    known = estimate(budget=4)
    known.add(trial(), 100.0, True)
    assert known.seconds_left(100.0) is None
    known.add(trial(), 107.0, False)
    assert known.seconds_left(107.0) == 21.0


def test_at_the_end_nothing_is_left():
    known = estimate(budget=1, confirm=(1, 1))
    for number, purpose in enumerate(("search", "confirm", "final"), 1):
        known.add(attrs.evolve(trial(), purpose=purpose), 100.0 + number, False)
    assert known.seconds_left(103.0) is None
