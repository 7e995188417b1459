"""Whatever is asked, told, failed, left and opened again: no number twice, nothing told is lost, all in its order."""

import tempfile
from pathlib import Path
from types import SimpleNamespace

import attrs
import pytest
import toy
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

import nasplug
from nasplug import Suggestion, hookimpl
from nasplug.engine import evaluation
from nasplug.errors import UsageError

BUDGET = 12
SECONDS = 1000.0  # for which a job may be lent
TIME = evaluation.time


@attrs.define(eq=False)
class Repeating:
    """Suggests few networks, so that many jobs wait for the answer of another one; at two fidelities."""

    name = "repeating"

    @hookimpl
    def suggest(self, run, count):
        places = run.rng.integers(4, size=(count, 2)).tolist()
        return [Suggestion(toy.architecture(0, 0, code), 3 if short < 2 else None) for code, short in places]


class OpenRunMachine(RuleBasedStateMachine):
    """Two holders of one run against a model: the jobs that are out, and the answers that were told.

    `out` are the jobs that were handed out and have no answer, with the time until which somebody has them; `told` are
    the numbers of search trials in the order of telling.
    """

    is_stored = False

    def __init__(self):
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.passed = 0.0
        evaluation.time = SimpleNamespace(
            time=lambda: TIME.time() + self.passed, monotonic=lambda: TIME.monotonic() + self.passed
        )
        self.asked, self.out, self.answers, self.told = {}, {}, {}, []
        self.holders = [self.opened(), self.opened()] if self.is_stored else [self.opened()]

    def opened(self):
        """Opens the run, as a process would that begins or that is started again."""
        place = {"storage": Path(self.folder.name) / "runs.db", "name": "run", "start_or_resume": True}
        plugins = toy.ToySpace(), Repeating()
        run = nasplug.open_run(*plugins, budget=BUDGET, seed=3, finals=2, **(place if self.is_stored else {}))
        return SimpleNamespace(context=run, run=run.__enter__())

    def teardown(self):
        for holder in self.holders:
            holder.context.__exit__(None, None, None)
        evaluation.time = TIME
        self.folder.cleanup()

    def holder(self, which):
        return self.holders[which % len(self.holders)].run

    # ------------------------------------------------------------------ what may happen

    @rule(which=st.integers(0, 1), count=st.integers(1, 4), within=st.none() | st.just(SECONDS))
    def ask(self, which, count, within):
        jobs = self.holder(which).ask(count, within)
        assert len(jobs) <= count
        for job in jobs:
            assert job.number not in self.answers
            until = self.out.get(job.number)
            assert until is None or until <= self.passed, "somebody has it"
            if job.purpose == "search":
                assert not any(other.purpose == "final" for other in self.asked.values())
            assert self.asked.setdefault(job.number, job) == job
            self.out[job.number] = float("inf") if within is None else self.passed + within

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 1), choice=st.integers(0, 99), accuracy=st.floats(0, 100))
    def tell(self, which, choice, accuracy):
        number = sorted(self.out)[choice % len(self.out)]
        self.holder(which).tell(self.asked[number], accuracy, cost=1.0)
        self.answered(number, accuracy)

    @precondition(lambda self: self.out)
    @rule(which=st.integers(0, 1), choice=st.integers(0, 99))
    def fail(self, which, choice):
        number = sorted(self.out)[choice % len(self.out)]
        self.holder(which).fail(number, "lost")
        self.answered(number, None)

    @precondition(lambda self: self.answers)
    @rule(which=st.integers(0, 1), choice=st.integers(0, 99))
    def tell_again(self, which, choice):
        number = sorted(self.answers)[choice % len(self.answers)]
        with pytest.raises(UsageError, match="has a result already"):
            self.holder(which).tell(number, 50.0)

    @rule(seconds=st.sampled_from([1.0, SECONDS + 1.0]))
    def time_passes(self, seconds):
        self.passed += seconds

    @precondition(lambda self: self.is_stored)
    @rule(which=st.integers(0, 1))
    def reopen(self, which):
        self.holders[which].context.__exit__(None, None, None)
        self.holders[which] = self.opened()

    def answered(self, number, accuracy):
        """Notes an answer, also of the jobs that waited for it: they have the same network, purpose and fidelity."""
        job = self.asked[number]
        new = [trial for trial in self.holder(0).result().trials if trial.number not in self.answers]
        assert new[0].number == number
        for trial in new:
            assert (trial.canonical, trial.purpose, trial.epochs) == (job.canonical, job.purpose, job.epochs)
            assert trial.accuracy == accuracy
            self.answers[trial.number] = accuracy
            self.out.pop(trial.number, None)
        self.told += [trial.number for trial in new if trial.purpose == "search"]

    # ------------------------------------------------------------------ what always holds

    @invariant()
    def every_answer_is_stored_once(self):
        trials = self.holder(0).result().trials
        assert {trial.number: trial.accuracy for trial in trials} == self.answers
        assert len(trials) == len(self.answers)

    @invariant()
    def no_more_is_searched_than_the_budget_allows(self):
        searched = {number for number, job in self.asked.items() if job.purpose == "search"}
        assert searched | set(self.told) <= set(range(BUDGET))

    @invariant()
    def a_run_knows_the_trials_in_the_order_of_telling(self):
        for holder in self.holders:
            known = [trial.number for trial in holder.run.session.run.trials]
            assert known == self.told[: len(known)]  # what others have told since is heard at the next call
            assert self.is_stored or known == self.told


class StoredRunMachine(OpenRunMachine):
    """The same with a database, two holders, and holders that begin again."""

    is_stored = True


TestInMemory = OpenRunMachine.TestCase
TestInMemory.settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
TestStored = StoredRunMachine.TestCase
TestStored.settings = settings(
    max_examples=10, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
TestStored = pytest.mark.slow(TestStored)
