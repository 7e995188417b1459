"""`nasplug.open_run`: a search whose evaluations somebody else makes."""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager

import attrs

from nasplug.engine.opening import opened
from nasplug.engine.request import RunRequest, with_arguments_of
from nasplug.engine.result import Result
from nasplug.engine.session import Session
from nasplug.engine.store import Database
from nasplug.errors import UsageError
from nasplug.types import Evaluation, Job, Trial


@attrs.define(eq=False)
class OpenRun:
    """Hands out jobs and takes their results, from any number of threads, and of processes where the run is stored.

    Each call holds the run for itself as long as it lasts, and begins with what other processes have told.
    """

    session: Session
    ended_before: str = attrs.field(default="", repr=False)  # why it had ended before it was opened, until it goes on
    reason: str = attrs.field(default="", init=False)  # why it has ended; empty while it goes on
    _is_closed: bool = attrs.field(default=False, init=False, repr=False)
    _one_at_a_time: threading.Lock = attrs.field(factory=threading.Lock, init=False, repr=False)

    @property
    def name(self) -> str:
        """The run's name."""
        return self.session.run.name

    def ask(self, count: int = 1, within: float | None = None) -> list[Job]:
        """Returns at most `count` jobs to evaluate; when the search has ended, those that confirm, then the final ones.

        Fewer, or none, where the strategy waits for jobs that are out, or nothing is left. After `within` seconds a job
        without a result may be given to somebody else; without it, it stays with whoever asked.
        """
        if count < 1:
            raise UsageError(f"The number of jobs to ask for must be at least 1, got {count}.")
        if self.reason:
            return []
        with self._turn():
            session = self.session
            expires = None if within is None else session.now() + within
            jobs: list[Job] = []
            while len(jobs) < count and (new := session.ask(count - len(jobs), expires)):
                jobs += [job for job in new if not self._refused(job)]
            if not (jobs or session.waits_for("search")):
                jobs = session.confirmations(count, expires)
                if not (jobs or session.waits_for("confirm")):
                    jobs = session.finals(count, expires)
                    if not (jobs or session.waits_for("final")):
                        self._end()
            if jobs and self.ended_before:
                session.store.reopen()
                self.ended_before = ""
            return jobs

    def tell(
        self,
        job: "Job | int",
        accuracy: "float | Evaluation | None" = None,
        cost: float = 0.0,
        metrics: Mapping[str, float] | None = None,
        evaluation: Evaluation | None = None,
    ) -> Trial:
        """Stores the result of a job, given as an accuracy or as an `Evaluation`, and returns its trial.

        Args:
            job: the job, or its number
            accuracy: the space's main figure, in percent unless its `objective` says otherwise
            cost: seconds of training
            metrics: whatever else is known, by name
            evaluation: all of it in one value, in place of the others

        Raises:
            UsageError: the job is not open, or there is no result
        """
        if isinstance(accuracy, Evaluation):
            accuracy, evaluation = None, accuracy
        if (accuracy is None) == (evaluation is None) or (evaluation and (cost or metrics)):
            raise UsageError("Tell a result either by an accuracy, cost and metrics, or by an Evaluation of them.")
        try:
            told = evaluation or Evaluation(accuracy, cost, dict(metrics or {}), source="told")  # type: ignore[arg-type]
        except ValueError as error:
            raise UsageError(f"This is no result: {error}. Tell a failure where the evaluation gave none.") from None
        main = self.session.run.goal.main
        if not main.low <= told.accuracy <= main.high:
            raise UsageError(
                f"{main.name} is between {main.low:g} and {main.high:g} {main.unit}, got {told.accuracy:g}. The job "
                "stays open: tell it again, or that it failed."
            )
        return self._record(job, lambda open_job, now: self._judged(open_job, told, now))

    def fail(self, job: "Job | int", error: str) -> Trial:
        """Stores that the evaluation of a job failed, and why, and returns its trial.

        Raises `UsageError` where the job is not open.
        """
        return self._record(job, lambda open_job, now: self.session.evaluator.failed(open_job, error or "failed", now))

    def result(self) -> Result:
        """Returns what is stored so far."""
        return self.session.result(self.reason or self.ended_before or self.ends_because or "open")

    @property
    def ends_because(self) -> str:
        """Why nothing more is suggested, though jobs may be out; empty while the search goes on."""
        run = self.session.run
        return run.stop_reason or run.exhausted or ""

    def _judged(self, job: Job, told: Evaluation, now: float) -> Trial:
        """Returns the trial of a told result. Raises `UsageError` for what the run cannot use."""
        trial = self.session.evaluator.judge(job, told, now)
        if trial.state == "failed":
            raise UsageError(f"This is no result: {trial.error}. The job stays open: tell it again, or that it failed.")
        return trial

    def _record(self, job: "Job | int", make_trial: Callable[[Job, float], Trial]) -> Trial:
        number = job if isinstance(job, int) else job.number
        with self._turn():
            session = self.session
            if number not in session.run.open:
                raise UsageError(self._not_open(number))
            trial = make_trial(session.run.open[number], session.now())
            session.record(trial)
            return trial

    def _not_open(self, number: int) -> str:
        told = next((trial for trial in self.session.store.trials() if trial.number == number), None)
        if told is not None:
            return f"Job {number} of the run {self.name!r} has a result already: it is {told.state}."
        numbers = ", ".join(map(str, sorted(self.session.run.open))) or "none"
        return f"The run {self.name!r} has no open job {number}. Open are: {numbers}."

    def _refused(self, job: Job) -> bool:
        """Stores the trial of a job that must not be evaluated; returns whether it is one."""
        trial = self.session.evaluator.refusal(job)
        if trial is not None:
            self.session.record(trial)
        return trial is not None

    def _end(self) -> None:
        self.reason = self.session.run.end_reason
        self.session.finish(self.reason)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Holds the run, and takes over what others have told since the last turn."""
        store = self.session.store
        with self._one_at_a_time:
            if self._is_closed:
                advice = (
                    "open it again with resume=True" if isinstance(store, Database) else "a run in memory is over then"
                )
                raise UsageError(f"The run {self.name!r} was closed at the end of its with block: {advice}.")
            if not isinstance(store, Database):
                yield
                return
            with store.locked(brief=True):
                self.session.run.name, self.session.folders.root = store.name, str(store.folder)
                self.session.load()
                yield


@contextmanager
def _said_once(is_new: bool) -> Iterator[None]:
    """Keeps what plugins warn of at their start to the run's first opening: each ask and tell may be another one."""
    log = logging.getLogger("nasplug")
    level = log.level
    if not is_new:
        log.setLevel(logging.ERROR)
    try:
        yield
    finally:
        log.setLevel(level)


@with_arguments_of(RunRequest)
@contextmanager
def open_run(request: RunRequest) -> Iterator[OpenRun]:
    """Opens a run whose jobs somebody else evaluates: ask for jobs, and tell their results, in any process.

    A context manager. The run stays open at the end of the block unless the search has ended, and is opened again with
    `resume=True` or `start_or_resume=True`. Raises `NasplugError` for everything that a user can mend.
    """
    with opened(request) as run, ExitStack() as stack:
        session = run.session(is_external=True)
        with run.turn(brief=True), _said_once(run.is_new):
            stack.enter_context(run.begun(session))
        open_run = OpenRun(session, run.ended or "")
        try:
            yield open_run
        finally:
            open_run._is_closed = True
        if not open_run.reason:
            session.run.tell_end("left open")
            session.leave()
