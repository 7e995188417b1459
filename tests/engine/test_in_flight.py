"""The trials that a run is evaluating."""

import pytest

from nasplug.engine.in_flight import TrialsInFlight


def test_a_trial_waits_works_and_leaves():
    trials = TrialsInFlight(waiting={1, 2, 3})
    with trials.evaluating(1):
        assert (trials.waiting, trials.working, str(trials)) == ({2, 3}, {1}, "1 running, 2 waiting")
    assert (trials.working, str(trials)) == (set(), "0 running, 2 waiting")


def test_a_trial_leaves_also_where_its_evaluation_raises():
    trials = TrialsInFlight()
    with pytest.raises(RuntimeError), trials.evaluating(1):
        raise RuntimeError
    assert trials.working == set()


def test_what_a_cluster_has_no_room_for_counts_as_waiting():
    trials = TrialsInFlight(waiting={4}, working={1, 2, 3}, queued={"a", "b"})
    assert str(trials) == "1 running, 3 waiting"
    trials.working.clear()
    assert str(trials) == "0 running, 3 waiting"
