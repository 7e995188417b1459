"""Worker processes: a hang is stopped, a death is a failed trial, and nothing is left behind."""

import multiprocessing
import time
from concurrent.futures import CancelledError

import pytest
import toy

import nasplug
from nasplug import hookimpl
from nasplug.errors import ConfigurationError, UsageError
from nasplug.executors.processes import Processes


def search(**settings):
    return nasplug.search(
        "toy:ToySpace", "toy:Grid", **({"budget": 5, "workers": 2, "middleware": ["processes"]} | settings)
    )


def failed(result):
    return {trial.number: trial.error for trial in result.trials if trial.state == "failed"}


def test_a_dead_worker_is_a_failed_trial_not_a_dead_run():
    result = search(space_options={"kills": "0,0,2"})
    assert failed(result) == {2: "RuntimeError: the worker process died with exit code 7"}
    assert len(result.trials) == 6


def test_an_evaluation_that_hangs_is_stopped_at_the_timeout():
    started = time.monotonic()
    result = search(
        space_options={"hangs": "0,0,1"}, timeout=2.0, middleware=[]
    )  # a timeout brings its processes along
    assert failed(result) == {1: "TimeoutError: the evaluation was stopped after 2 s"}
    assert time.monotonic() - started < 30


def test_an_exception_in_a_worker_keeps_its_message():
    assert failed(search(space_options={"fails": "0,0,3"})) == {3: "RuntimeError: loss is NaN at step 12"}


def test_what_no_evaluation_can_survive_ends_the_run():
    with pytest.raises(ConfigurationError, match="no batteries"):
        search(space_options={"broken": True})


def test_two_workers_are_faster_than_one():
    def seconds(workers):
        trials = search(workers=workers, budget=12, batch=2, space_options={"seconds": 0.5}).trials[2:12]
        return max(t.finished for t in trials) - min(t.started for t in trials)  # without the start of the processes

    assert seconds(1) > 1.5 * seconds(2)


def test_a_run_that_is_refused_starts_no_process():
    before = multiprocessing.active_children()
    with pytest.raises(UsageError, match="leaves nothing of the budget"):
        nasplug.search(
            "toy:ToySpace", "neural_predictor", budget=5, strategy_options={"n": 5}, middleware=["processes"]
        )
    assert multiprocessing.active_children() == before


def test_no_process_outlives_the_run():
    search()
    deadline = time.monotonic() + 10
    while multiprocessing.active_children() and time.monotonic() < deadline:
        time.sleep(0.05)
    assert multiprocessing.active_children() == []


def test_a_space_that_workers_cannot_import_is_told():
    class Local(toy.ToySpace):
        @hookimpl
        def evaluate(self):
            return nasplug.Evaluation(1.0, 1.0)

    with pytest.raises(ConfigurationError, match="cannot import the space .*Local"):
        nasplug.search(Local(), "toy:Grid", middleware=["processes"])


def test_an_instance_of_an_importable_class_travels_with_its_options():
    result = nasplug.search(toy.ToySpace(value=12.5), "toy:Grid", budget=2, middleware=["processes"])
    assert [trial.accuracy for trial in result.trials] == [12.5] * 3


def test_a_broken_pool_is_replaced():
    class Breaker:
        """Breaks the pool before the third trial, as the death of a worker does while it is being made."""

        @hookimpl
        def on_trial(self, trial):
            if trial.number == 1:
                processes._pool.stop()
                processes._pool.join()

    processes = Processes()
    result = search(middleware=[processes, Breaker()])
    assert not failed(result)
    assert len(result.trials) == 6


def test_what_is_tried_again_after_the_end_starts_no_process():
    middleware = Processes()
    search(middleware=[middleware])
    with pytest.raises(CancelledError):
        middleware.evaluate(toy.architecture(0, 0, 0), "search", None, 0)
    assert search(middleware=[middleware]).best
