"""The kit's searches report errors as faults, record what is wrong with suggestions, and compare outcomes."""

import logging
from collections import deque
from types import SimpleNamespace

import pytest

from nasplug import Architecture, PluginError, hookimpl
from nasplug.loading import manager
from nasplug.testing.laws import Fault
from nasplug.testing.searches import (
    Monitor,
    OtherResults,
    difference,
    outcomes,
    recorded_warnings,
    run_interrupted,
    run_search,
    search_trials,
)
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


class Deque(RandomSearch):
    """Suggests any sequence but a list, of architectures or of values that hold one."""

    @hookimpl
    def suggest(self, run, count):
        return deque(RandomSearch.suggest(self, run, count))


def test_suggestions_may_be_any_sequence_and_hold_more_than_an_architecture():
    monitor = Monitor()
    assert len(search_trials(run_search(Toy(), Deque(), monitor, budget=4, batch=2))) == 4
    run = SimpleNamespace(hook=manager.build(Toy()).hook)
    assert monitor._is_valid(run, SimpleNamespace(architecture=Architecture("toy", (0,) * 6)))
    assert not monitor._is_valid(run, SimpleNamespace(architecture=Architecture("toy", (9,) * 6)))
    assert not monitor._is_valid(run, None)


@pytest.mark.parametrize(("strategy", "differs"), [(HillClimber, True), (RandomSearch, False)])
def test_other_results_show_whether_a_search_depends_on_them(strategy, differs):
    usual = run_search(Toy(), strategy(), budget=20)
    other = OtherResults(outcomes(usual))
    again = run_search(Toy(), strategy(), other, budget=20)
    assert other.differs is differs
    assert len(again.trials) <= len(usual.trials)
    assert again.trials[0].accuracy == pytest.approx(100.0 - usual.trials[0].accuracy)


def test_warnings_are_those_of_the_logger_inside_the_block():
    logger = logging.getLogger("nasplug.theirs")
    with recorded_warnings() as warnings:
        logger.warning("only %d", 3)
        logger.info("quiet")
    logger.warning("too late")
    assert warnings == ["only 3"]


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
