"""From a job to its trial."""

import time
from types import SimpleNamespace

import pytest
import toy

from nasplug.engine.evaluation import LONGEST_ERROR, Clock, derived_seed, duplicate, evaluate
from nasplug.errors import ConfigurationError, Unsupported
from nasplug.types import Evaluation, Job, Trial

JOB = Job(4, toy.architecture(1, 2, 3), "canonical", 77, "search", 12.5)


def hook(answer):
    calls = []

    def evaluation(**arguments):
        calls.append(arguments)
        if isinstance(answer, Exception):
            raise answer
        return answer

    return SimpleNamespace(evaluate=evaluation, calls=calls)


def clock(*times):
    return iter(times).__next__


def test_a_trial_is_what_the_space_answered_to_the_job():
    space_hook = hook(Evaluation(90.0, 3.0))
    trial = evaluate(space_hook, JOB, epochs=9, retries=0, now=clock(1.0, 2.0))
    assert space_hook.calls == [{"architecture": JOB.architecture, "purpose": "search", "epochs": 9, "seed": 77}]
    assert trial == Trial(
        4, JOB.architecture, "complete", Evaluation(90.0, 3.0), None, "search", 1.0, 2.0, "canonical", 12.5
    )


@pytest.mark.parametrize("retries", [0, 2])
def test_an_exception_is_a_failed_trial_after_so_many_more_attempts(retries):
    space_hook = hook(RuntimeError("loss is NaN"))
    trial = evaluate(space_hook, JOB, None, retries)
    assert (trial.state, trial.evaluation, trial.error) == ("failed", None, "RuntimeError: loss is NaN")
    assert len(space_hook.calls) == retries + 1


def test_a_group_of_errors_is_stored_with_the_errors_in_it():
    space_hook = hook(ExceptionGroup("two failed", [ValueError("loss is NaN"), KeyError("rate")]))
    trial = evaluate(space_hook, JOB, None, retries=0)
    assert trial.error == "ExceptionGroup: two failed [ValueError: loss is NaN; KeyError: 'rate']"


def test_no_attempt_follows_a_success():
    space_hook = hook(Evaluation(90.0, 3.0))
    evaluate(space_hook, JOB, None, retries=5)
    assert len(space_hook.calls) == 1


@pytest.mark.parametrize("error", [ConfigurationError("no data"), Unsupported("cannot")])
def test_what_no_trial_could_survive_is_raised(error):
    space_hook = hook(error)
    with pytest.raises(type(error)):
        evaluate(space_hook, JOB, None, retries=3)
    assert len(space_hook.calls) == 1


def test_a_refused_job_is_never_evaluated():
    space_hook = hook(Evaluation(90.0, 3.0))
    refused = Job(1, JOB.architecture, "c", 0, refused="too slow")
    assert (evaluate(space_hook, refused, None, 3).error, space_hook.calls) == ("too slow", [])


def test_a_duplicate_has_the_leaders_answer_at_no_cost():
    leader = evaluate(hook(Evaluation(90.0, 3.0, {"parameters": 5})), JOB, None, 0, clock(1.0, 2.0))
    other = duplicate(Job(5, JOB.architecture, "canonical", 1), leader)
    assert (other.number, other.evaluation) == (5, Evaluation(90.0, 0.0, {"parameters": 5}, "duplicate"))
    assert (other.started, other.finished) == (1.0, 2.0)


def test_a_duplicate_of_a_failure_failed_for_the_same_reason():
    leader = evaluate(hook(RuntimeError("loss is NaN")), JOB, None, 0)
    assert (duplicate(JOB, leader).state, duplicate(JOB, leader).error) == ("failed", "RuntimeError: loss is NaN")


def test_an_error_is_text_that_every_database_takes():
    error = evaluate(hook(RuntimeError("\0 \ud800 " + "x" * LONGEST_ERROR)), JOB, None, 0).error
    assert error.startswith("RuntimeError: \\0 \\ud800 x")
    assert error.endswith(f"… ({LONGEST_ERROR + 18:,} characters)")
    exact = "x" * (LONGEST_ERROR - len("RuntimeError: "))
    assert evaluate(hook(RuntimeError(exact)), JOB, None, 0).error == f"RuntimeError: {exact}"


def test_seeds_differ_by_run_trial_and_stream_and_fit_31_bits():
    seeds = {derived_seed(seed, number, stream) for seed in range(3) for number in range(20) for stream in (1, 2, 3)}
    assert len(seeds) == 180
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert derived_seed(0, 0, 1) == derived_seed(0, 0, 1)


def test_the_clock_continues_after_the_latest_stored_time():
    ahead = time.time() + 1000.0
    late = Clock(ahead)
    first, second = late.now(), late.now()
    assert ahead <= first <= second < ahead + 60
    assert abs(Clock().now() - time.time()) < 60
