"""From a job to its trial."""

import time
from types import SimpleNamespace

import attrs
import numpy as np
import pytest
import toy

from nasplug.engine.evaluation import Clock, Evaluator, derived_seed, duplicate, entropy, measured_latency
from nasplug.engine.objectives import Goal
from nasplug.errors import ConfigurationError, PluginError, Unsupported, first_line
from nasplug.types import Evaluation, Objective, Trial

JOB = toy.job(1, 2, 3, number=4, canonical="canonical", seed=77, epochs=9, continues=2)
ANSWER = Evaluation(90.0, 3.0, {"loss": 0.5})


def hook(answer=ANSWER, latency=12.5, measured=None):
    """Returns hooks that answer, or raise, what a test wants; `calls` are the arguments of `evaluate`."""
    calls = []

    def gives(value):
        if isinstance(value, BaseException):
            raise value
        return value

    def evaluate(**arguments):
        calls.append(arguments)
        return gives(answer)

    return SimpleNamespace(
        evaluate=evaluate,
        measure_latency=lambda **_: gives(latency),
        measure=lambda **_: gives(measured),
        calls=calls,
    )


def clock(*times):
    return iter(times).__next__


def goal(*objectives, limits=(), main=None):
    return Goal.of(objectives, limits, *([main] if main else []))


def test_a_trial_is_what_the_space_answered_to_the_job():
    space_hook = hook(ANSWER)
    trial = Evaluator(space_hook, now=clock(1.0, 2.0)).evaluate(JOB)
    asked = {"architecture": JOB.architecture, "purpose": "search", "epochs": 9, "seed": 77, "job": JOB}
    assert space_hook.calls == [asked]
    same = JOB.architecture, "complete", ANSWER, None, "search", 1.0, 2.0, "canonical", None, 9, 2
    assert trial == Trial(4, *same)


@pytest.mark.parametrize("retries", [0, 2])
def test_an_exception_is_a_failed_trial_after_so_many_more_attempts(retries):
    space_hook = hook(RuntimeError("loss is NaN"))
    trial = Evaluator(space_hook, retries=retries).evaluate(JOB)
    assert (trial.state, trial.evaluation) == ("failed", None)
    assert trial.error.startswith("RuntimeError: loss is NaN\nTraceback ")
    assert len(space_hook.calls) == retries + 1


def test_a_group_of_errors_is_stored_with_the_errors_in_it():
    space_hook = hook(ExceptionGroup("two failed", [ValueError("loss is NaN"), KeyError("rate")]))
    trial = Evaluator(space_hook).evaluate(JOB)
    assert first_line(trial.error) == "ExceptionGroup: two failed [ValueError: loss is NaN; KeyError: 'rate']"


def test_no_attempt_follows_a_success():
    space_hook = hook(ANSWER)
    Evaluator(space_hook, retries=5).evaluate(JOB)
    assert len(space_hook.calls) == 1


@pytest.mark.parametrize("error", [ConfigurationError("no data"), PluginError("wrong answer")])
def test_what_no_trial_could_survive_is_raised(error):
    space_hook = hook(error)
    with pytest.raises(type(error)):
        Evaluator(space_hook, retries=3).evaluate(JOB)
    assert len(space_hook.calls) == 1


@pytest.mark.parametrize("error", [Unsupported("cannot train it"), SystemExit(3), GeneratorExit("x")])
def test_what_one_architecture_meets_fails_its_trial_alone(error):
    trial = Evaluator(hook(error)).evaluate(JOB)
    assert (trial.state, trial.error.partition("\n")[0]) == ("failed", f"{type(error).__name__}: {error}")


def test_ctrl_c_is_raised_also_out_of_a_group():
    for error in (KeyboardInterrupt(), BaseExceptionGroup("workers", [KeyboardInterrupt(), ValueError("x")])):
        with pytest.raises(type(error)):
            Evaluator(hook(error), retries=3).evaluate(JOB)


def test_errors_of_several_workers_are_one_failed_trial():
    group = BaseExceptionGroup("two workers", [SystemExit(1), ValueError("no image 7")])
    trial = Evaluator(hook(group)).evaluate(JOB)
    assert trial.error.startswith("BaseExceptionGroup: two workers [SystemExit: 1; ValueError: no image 7]\n")


@pytest.mark.parametrize("answer", [93.0, None, {"accuracy": 93.0}])
def test_what_is_no_evaluation_ends_the_run_and_is_shown(answer):
    with pytest.raises(PluginError) as wrong:
        Evaluator(hook(answer), retries=3).evaluate(JOB)
    assert str(wrong.value).startswith(
        f"evaluate must return a nasplug.Evaluation, it returned {answer!r}, which is {type(answer).__name__}. "
        "Write for instance: return nasplug.Evaluation("
    )


# ---------------------------------------------------------------------- bounds, objectives and limits


@pytest.mark.parametrize("accuracy", [-0.1, 100.1])
def test_an_accuracy_out_of_bounds_is_a_failed_trial(accuracy):
    trial = Evaluator(hook(Evaluation(accuracy, 1.0))).evaluate(JOB)
    expected = f"ValueError: accuracy must be between 0 and 100 %, got {accuracy}"
    assert (trial.state, trial.evaluation, trial.error) == ("failed", None, expected)


@pytest.mark.parametrize("accuracy", [0.0, 100.0])
def test_the_bounds_themselves_are_inside(accuracy):
    assert Evaluator(hook(Evaluation(accuracy, 1.0))).evaluate(JOB).state == "complete"


def test_the_space_says_which_bounds_its_main_figure_has():
    perplexity = goal(main=Objective("perplexity", direction="min", low=1.0))
    assert Evaluator(hook(Evaluation(250.0, 1.0)), perplexity).evaluate(JOB).state == "complete"
    too_low = Evaluator(hook(Evaluation(0.5, 1.0)), perplexity).evaluate(JOB)
    assert too_low.error == "ValueError: perplexity must be between 1 and inf, got 0.5"


def test_an_evaluation_without_an_objective_is_a_failed_trial_that_says_what_it_has():
    trial = Evaluator(hook(ANSWER), goal("accuracy", "f1")).evaluate(JOB)
    expected = "the evaluation has no f1, which the run looks at; it has accuracy 90, loss 0.5"
    assert (trial.state, trial.evaluation, trial.error) == ("failed", None, expected)


def test_an_objective_that_is_no_number_is_as_good_as_none():
    trial = Evaluator(hook(Evaluation(90.0, 1.0, {"f1": float("nan")})), goal("f1")).evaluate(JOB)
    expected = "the evaluation has no f1, which the run looks at; it has accuracy 90, f1 nan"
    assert (trial.state, trial.error) == ("failed", expected)


def test_what_is_measured_without_training_counts_as_a_figure_of_the_evaluation():
    trial = Evaluator(hook(ANSWER, measured={"parameters": 5.0, "other": 1.0}), goal("parameters")).evaluate(JOB)
    assert trial.evaluation.metrics == {"parameters": 5.0, "loss": 0.5}


def test_a_limit_on_what_is_known_before_is_checked_before_anything_is_paid():
    space_hook = hook(ANSWER, measured={"parameters": 5e6})
    trial = Evaluator(space_hook, goal(limits=["parameters<=4e6"])).evaluate(JOB)
    assert (trial.state, trial.evaluation, space_hook.calls) == ("infeasible", None, [])
    assert trial.error == "not evaluated: parameters is 5e+06, the limit parameters<=4e+06"


def test_a_limit_on_any_other_figure_is_checked_afterwards_and_the_evaluation_kept():
    trial = Evaluator(hook(ANSWER), goal(limits=["loss<=0.4", "accuracy>=95"])).evaluate(JOB)
    assert (trial.state, trial.evaluation) == ("infeasible", ANSWER)
    assert trial.error == "loss is 0.5, the limit loss<=0.4 and accuracy is 90, the limit accuracy>=95"


def test_without_limits_and_other_objectives_the_space_measures_nothing():
    assert Evaluator(hook(ANSWER, measured=AssertionError("this measures"))).evaluate(JOB).state == "complete"


# ---------------------------------------------------------------------- latency


def test_latency_is_measured_in_the_job():
    assert Evaluator(hook(ANSWER), device="phone").evaluate(JOB).latency == 12.5
    assert Evaluator(hook(ANSWER)).evaluate(JOB).latency is None


@pytest.mark.parametrize(("latency", "state"), [(10.9, "infeasible"), (11.0, "complete"), (12.0, "complete")])
def test_what_is_outside_of_the_window_is_infeasible_and_never_paid_for(latency, state):
    space_hook = hook(ANSWER, latency)
    trial = Evaluator(space_hook, device="phone", latency_window=(11.0, 12.0)).evaluate(JOB)
    assert (trial.state, trial.latency, len(space_hook.calls)) == (state, latency, state == "complete")
    if state == "infeasible":
        assert trial.error == "not evaluated: 10.90 ms on phone is outside the window 11:12 ms"


@pytest.mark.parametrize("error", [Unsupported("no such layer"), RuntimeError("device is busy")])
def test_a_device_that_fails_on_one_architecture_fails_its_trial_alone(error):
    space_hook = hook(ANSWER, error)
    trial = Evaluator(space_hook, device="phone").evaluate(JOB)
    assert (trial.state, space_hook.calls) == ("failed", [])
    assert trial.error.startswith(f"{type(error).__name__}: {error}")


@pytest.mark.parametrize("answer", [0.0, -1.0, float("nan"), float("inf"), "12 ms"])
def test_a_latency_that_is_none_is_the_fault_of_the_plugin(answer):
    with pytest.raises(PluginError, match="measure_latency must return milliseconds"):
        Evaluator(hook(ANSWER, answer), device="phone").evaluate(JOB)
    with pytest.raises(PluginError, match=r"for toy:1,2,3 on 'phone' it returned"):
        measured_latency(hook(latency=answer), JOB.architecture, "phone")


# ---------------------------------------------------------------------- what somebody else has evaluated


def test_a_job_that_must_not_be_paid_for_is_refused_before_it_is_handed_out():
    strict = goal(limits=["parameters<=4"])
    assert Evaluator(hook(measured={"parameters": 5}), strict).refusal(JOB).state == "infeasible"
    assert Evaluator(hook(measured={"parameters": 3}), strict).refusal(JOB) is None


def test_an_evaluation_that_is_told_is_judged_like_any_other():
    evaluator = Evaluator(hook(), goal(limits=["loss<=0.4"]), now=clock(2.0))
    trial = evaluator.judge(JOB, ANSWER, started=1.0)
    assert (trial.state, trial.evaluation, trial.started, trial.finished) == ("infeasible", ANSWER, 1.0, 2.0)


def test_a_failure_that_is_told_keeps_its_words():
    trial = Evaluator(hook(), now=clock(2.0)).failed(JOB, "out of memory", started=1.0)
    assert (trial.state, trial.error, trial.number) == ("failed", "out of memory", 4)


# ---------------------------------------------------------------------- duplicates, seeds, time


def test_a_duplicate_has_the_leaders_answer_at_no_cost():
    leader = Evaluator(hook(ANSWER), now=clock(1.0, 2.0)).evaluate(JOB)
    other = duplicate(toy.job(0, 2, 3, number=5, canonical="canonical"), leader)
    assert (other.number, other.architecture.code) == (5, (0, 2, 3))
    assert other.evaluation == attrs.evolve(ANSWER, cost=0.0, source="duplicate")
    assert (other.started, other.finished, other.epochs, other.continues) == (1.0, 2.0, 9, 2)


def test_a_duplicate_of_a_failure_failed_for_the_same_reason():
    leader = Evaluator(hook(RuntimeError("loss is NaN"))).evaluate(JOB)
    assert (duplicate(JOB, leader).state, duplicate(JOB, leader).error) == ("failed", leader.error)


def test_seeds_differ_by_run_trial_and_stream_and_fit_31_bits():
    seeds = {derived_seed(seed, number, stream) for seed in range(3) for number in range(20) for stream in (1, 2, 3)}
    assert len(seeds) == 180
    assert all(0 <= seed < 2**31 for seed in seeds)
    assert derived_seed(0, 0, 1) == derived_seed(0, 0, 1)


@pytest.mark.parametrize("numbers", [(0, 0, 1), (2**32 - 1, 3), (2**32, 3), (2**70, 0, 2)])
def test_entropy_makes_the_generator_that_numpy_makes_of_the_numbers(numbers):
    assert np.random.default_rng(entropy(*numbers)).random() == np.random.default_rng(numbers).random()


def test_the_clock_continues_after_the_latest_stored_time():
    ahead = time.time() + 1000.0
    late = Clock(ahead)
    first, second = late.now(), late.now()
    assert ahead <= first <= second < ahead + 60
    assert abs(Clock().now() - time.time()) < 60
