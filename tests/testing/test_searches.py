"""The kit's searches report errors as faults, record what is wrong with suggestions, and compare outcomes."""

import pytest

from nasplug import Architecture, PluginError, hookimpl
from nasplug.testing.laws import Fault
from nasplug.testing.searches import Monitor, difference, outcomes, run_interrupted, run_search, search_trials
from nasplug.testing.toy import HillClimber, RandomSearch, Toy


class Careless(RandomSearch):
    """Suggests one architecture too many, of which the first is invalid, and empties the list of trials."""

    @hookimpl
    def suggest(self, run, count):
        run.trials.clear()
        return [Architecture("toy", (9,) * 6), *RandomSearch.suggest(self, run, count)]


class Raising:
    @hookimpl
    def suggest(self, run, count):
        raise KeyError("no idea")


def test_a_monitor_records_faults_and_mends_them():
    monitor = Monitor()
    result = run_search(Toy(), Careless(), monitor, budget=6, batch=2)
    assert monitor.excess == ["asked for 2 it returned 3"] * 3
    assert [text.partition(": ")[0] for text in monitor.invalid] == ["toy:9,9,9,9,9,9"] * 3
    assert monitor.changed_trials == ["run.trials changed after 2 trials", "run.trials changed after 4 trials"]
    assert [trial.state for trial in search_trials(result)] == ["complete"] * 6


def test_a_monitor_leaves_good_suggestions_alone():
    monitor = Monitor()
    watched = run_search(Toy(), HillClimber(), monitor, budget=8, batch=2)
    assert outcomes(watched) == outcomes(run_search(Toy(), HillClimber(), budget=8, batch=2))
    assert (monitor.excess, monitor.invalid, monitor.changed_trials) == ([], [], [])


@pytest.mark.parametrize("subject", ["search", "an asynchronous search"])
def test_what_a_search_raises_is_a_fault_of_its_subject(subject):
    with pytest.raises(
        Fault, match="a search on Toy raised PluginError: The strategy 'Raising' raised KeyError: 'no idea'"
    ) as fault:
        run_search(Toy(), Raising(), subject=subject, budget=2)
    assert fault.value.subject == subject
    assert isinstance(fault.value.__cause__, PluginError)


def test_what_an_interrupted_search_raises_is_a_fault_of_resuming():
    with pytest.raises(Fault, match="the search that was to be interrupted raised PluginError") as fault:
        run_interrupted((Toy, Raising, list), 3, budget=6)
    assert fault.value.subject == "resume"


def test_an_interrupted_search_is_stopped_and_goes_on():
    spaces = []

    def new_space():
        spaces.append(Toy())
        return spaces[-1]

    resumed = run_interrupted((new_space, HillClimber, list), 3, budget=8)
    assert len(spaces) == 2
    assert outcomes(resumed) == outcomes(run_search(Toy(), HillClimber(), budget=8))


def test_outcomes_leave_the_final_evaluation_out():
    result = run_search(Toy(), RandomSearch(), budget=3)
    assert [trial.purpose for trial in result.trials] == ["search"] * 3 + ["final"]
    assert outcomes(result) == [(str(trial.architecture), trial.accuracy) for trial in result.trials[:3]]


def test_a_difference_names_the_first_trial_that_differs():
    one = [("toy:0", 1.0), ("toy:1", 2.0), ("toy:2", 3.0)]
    assert (
        difference(one, [one[0], ("toy:1", None), ("toy:9", 9.0)])
        == "trial 1 was toy:1 with 2.0 %, then toy:1 with None %"
    )
    assert difference(one, one[:2]) == "3 trials, then 2"
