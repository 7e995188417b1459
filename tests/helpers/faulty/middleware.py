"""Middleware that breaks exactly one law each, named in `breaks`."""

import copy
import random
import threading

import attrs

from nasplug import Evaluation, hookimpl
from nasplug.loading import manager


class Raises:
    breaks = "test_a_search_completes"

    @hookimpl
    def on_trial(self, trial):
        raise KeyError("no such trial")


class MisspeltHook:
    breaks = "test_hooks_exist"

    @hookimpl
    def on_finish(self, run):
        return None


class WatchesInWords:
    watches = "yes"
    breaks = "test_executes_and_watches_are_booleans"


class ExecutesNothing:
    executes = True
    breaks = "test_executors_answer_evaluate"


class ExecutesAsWrapper:
    executes = True
    breaks = "test_executors_answer_evaluate"

    @hookimpl(wrapper=True)
    def evaluate(self):
        return (yield)


class ExecutesFirst:
    executes = True
    breaks = "test_executors_are_innermost"

    @hookimpl(tryfirst=True)
    def evaluate(self):
        return None


class Anew:
    """An executor that makes the space again from its class and its options."""

    executes = True

    @hookimpl
    def on_start(self, run):
        self.space = attrs.evolve(run.space) if attrs.has(type(run.space)) else self.copied(run.space)

    def copied(self, space):
        return copy.copy(space)

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed, job):
        arguments = {"architecture": architecture, "purpose": purpose, "epochs": epochs, "seed": seed, "job": job}
        return manager.build(self.space).hook.evaluate(**arguments)


class ForgetsArguments(Anew):
    breaks = "test_executors_take_an_instance_as_it_is"

    def copied(self, space):
        return type(space)(fails=getattr(space, "fails", False))


class RenamesErrors(Anew):
    breaks = "test_executors_pass_errors_on"

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed, job):
        try:
            return Anew.evaluate(self, architecture, purpose, epochs, seed, job)
        except Exception as error:
            raise RuntimeError("it failed") from error


class Flatters:
    breaks = "test_the_search_is_the_same"

    @hookimpl(wrapper=True)
    def evaluate(self, purpose):
        evaluation = yield
        return attrs.evolve(evaluation, accuracy=evaluation.accuracy + 1.0) if purpose == "search" else evaluation


class StopsEarly:
    breaks = "test_the_search_is_the_same"

    @hookimpl
    def on_trial(self, run, trial):
        if trial.number == 11:  # the last of a batch: inside of one, it depends on the workers what has begun
            run.stop("twelve are enough")


@attrs.define(eq=False)
class BlindToPurpose:
    evaluations: dict = attrs.field(factory=dict, init=False)
    breaks = "test_the_final_evaluation_is_the_same"

    @hookimpl
    def on_start(self):
        self.evaluations.clear()

    @hookimpl(wrapper=True)
    def evaluate(self, architecture):
        evaluation = yield
        return self.evaluations.setdefault(architecture, evaluation)


class Swallows:
    breaks = "test_failures_stay_failures"

    @hookimpl(wrapper=True)
    def evaluate(self):
        try:
            return (yield)
        except RuntimeError:
            return Evaluation(0.0, cost=0.0)


@attrs.define(eq=False)
class NeverForgets:
    evaluations: dict = attrs.field(factory=dict, init=False)
    breaks = "test_a_second_run_starts_anew"

    @hookimpl(wrapper=True)
    def evaluate(self, architecture, purpose):
        evaluation = yield
        return self.evaluations.setdefault((architecture, purpose), evaluation)


class RefusesReplay:
    breaks = "test_a_resumed_search_is_the_same"

    @hookimpl
    def on_trial(self, run):
        if run.replaying:
            run.stop("this was told before")


class RaisesWhenReplayed:
    breaks = "test_a_resumed_search_is_the_same"

    @hookimpl
    def on_trial(self, run, trial):
        if run.replaying:
            raise KeyError(trial.number)


class MainThreadOnly:
    breaks = "test_several_workers_find_the_same"

    @hookimpl(tryfirst=True)
    def evaluate(self):
        if threading.current_thread() is not threading.main_thread():
            raise RuntimeError("signal only works in main thread")


class Prints:
    breaks = "test_leaves_the_program_alone"

    @hookimpl
    def on_trial(self, trial):
        print(trial)


class Draws:
    breaks = "test_leaves_the_program_alone"

    @hookimpl
    def on_trial(self):
        random.random()
