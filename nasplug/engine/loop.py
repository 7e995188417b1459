"""The loop of a run: suggest → evaluate → commit → on_trial, then one `final` evaluation of the best."""

import logging
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue

import attrs

from nasplug.engine.evaluation import Clock, duplicate, evaluate
from nasplug.engine.result import incumbent
from nasplug.engine.run import ActiveRun
from nasplug.errors import StorageError
from nasplug.types import Job, Trial

log = logging.getLogger("nasplug")


@attrs.define(eq=False)
class Loop:
    """Takes a run to its end.

    Args:
        run: the run
        commit: stores a trial, before any plugin hears of it
        commit_missing: stores those of several trials that are not stored yet
        stored: the trials of a resumed run by number; empty for a new run
    """

    run: ActiveRun
    commit: Callable[[Trial], None]
    commit_missing: Callable[[list[Trial]], None]
    stored: Mapping[int, Trial]
    pool: ThreadPoolExecutor = attrs.field(init=False)
    pending: set[Future[Trial]] = attrs.field(factory=set, init=False)
    finished: "SimpleQueue[Future[Trial]]" = attrs.field(factory=SimpleQueue, init=False)
    uncommitted: Trial | None = attrs.field(default=None, init=False)
    clock: Clock = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.run.settings.workers, "evaluate")  # starts a thread at its first job
        self.run.stored_finals = frozenset(trial.number for trial in self.stored.values() if trial.purpose == "final")
        self.clock = Clock(max((trial.finished for trial in self.stored.values()), default=0.0))

    def execute(self) -> str:
        """Runs the search and returns the reason for its end; called once.

        An exception passes on after `on_stop` has heard of it and every finished evaluation is stored.
        """
        run = self.run
        try:
            run.hook.on_start(run=run)
            (self._search_asynchronously if run.settings.asynchronous else self._search_in_batches)()
            self._evaluate_finally()
        except BaseException as error:
            self._commit_finished()
            self._stop_after(error)
            raise
        finally:
            self.pool.shutdown(wait=False, cancel_futures=True)
        reason = run.stop_reason or "the strategy has nothing more to suggest"
        run.hook.on_stop(run=run, reason=reason)
        return reason

    def _search_in_batches(self) -> None:
        """Evaluates batch after batch; the strategy hears of a batch's trials in the order of their numbers."""
        while jobs := self.run.ask(self.run.settings.batch):
            for trial in self._trials(jobs):
                self._tell(trial)

    def _search_asynchronously(self) -> None:
        """Keeps every worker busy; the strategy hears of trials in the order in which they finish."""
        for trial in sorted(self.stored.values(), key=lambda trial: trial.finished):
            if trial.purpose == "search":
                self._tell(trial)
        self.run.next_number, self.run.issued = 1 + max(self.stored, default=-1), len(self.run.trials)
        while True:
            while (free := self.run.settings.workers - len(self.pending)) and (jobs := self.run.ask(free)):
                for job in jobs:
                    self._submit(job)
            if not self.pending:
                return
            trials = [self._next_finished()]
            while not self.finished.empty():
                trials.append(self._next_finished())
            for trial in sorted(trials, key=lambda trial: trial.finished):
                self.run.tell(trial)

    def _evaluate_finally(self) -> None:
        """Evaluates the incumbent for the accuracy that is reported, unless a resumed run has stored that already."""
        if best := incumbent(self.run.trials):
            finals = [self.stored[number] for number in sorted(self.run.stored_finals)]
            stored_final = [trial for trial in finals if trial.architecture == best.architecture]
            self.run.next_number = max([self.run.next_number, *(number + 1 for number in self.stored)])
            for trial in stored_final or self._trials([self.run.job(best.architecture, "final")]):
                self._tell(trial)

    def _trials(self, jobs: list[Job]) -> Iterator[Trial]:
        """Yields the committed trials of a batch in the order of their numbers, each as soon as it can.

        Of jobs with equal networks, the first is evaluated; the others are duplicates of its trial.
        """
        leaders = {job.canonical: job for job in reversed(jobs)}
        new = [job for job in jobs if leaders[job.canonical] is job and not self._stored_trial(job)]
        done = {job.number: trial for job in jobs if (trial := self._stored_trial(job))}
        evaluated = self._evaluate(new)
        for job in jobs:
            leader = leaders[job.canonical].number
            while leader not in done:
                trial = next(evaluated)
                done[trial.number] = trial
            if job.number not in done:
                done[job.number] = duplicate(job, done[leader])
                self._commit(done[job.number])
            yield done[job.number]

    def _evaluate(self, jobs: list[Job]) -> Iterator[Trial]:
        """Evaluates the jobs and yields their committed trials as they finish; a single worker is this very thread."""
        if self.run.settings.workers == 1:
            for job in jobs:
                trial = self._evaluated(job)
                self._commit(trial)
                yield trial
            return
        for job in jobs:
            self._submit(job)
        for _ in jobs:
            yield self._next_finished()

    def _submit(self, job: Job) -> None:
        self.run.in_flight.waiting.add(job.number)
        future = self.pool.submit(self._evaluated, job)
        self.pending.add(future)
        future.add_done_callback(self.finished.put)

    def _evaluated(self, job: Job) -> Trial:
        with self.run.in_flight.evaluating(job.number):
            settings = self.run.settings
            return evaluate(self.run.hook, job, settings.epochs, settings.retries, self.clock.now)

    def _next_finished(self) -> Trial:
        """Waits for the next trial that finishes, commits it and returns it. Raises what its evaluation raised."""
        future = self.finished.get()
        trial = future.result()
        self._commit(trial)
        self.pending.discard(future)
        return trial

    def _commit(self, trial: Trial) -> None:
        self.uncommitted = trial
        self.commit(trial)
        self.uncommitted = None

    def _commit_finished(self) -> None:
        """Stores every finished evaluation after an error, also a trial whose commit was interrupted."""
        done = [future for future in self.pending if future.done() and not future.cancelled()]
        trials = {trial.number: trial for future in done if not future.exception() for trial in [future.result()]}
        if self.uncommitted is not None:
            trials[self.uncommitted.number] = self.uncommitted
        if trials:
            with suppress(StorageError):  # the storage itself may have failed; the first error is reported
                self.commit_missing([trials[number] for number in sorted(trials)])

    def _stop_after(self, error: BaseException) -> None:
        """Tells every plugin why the search broke off, and logs what a plugin raises then."""
        reason = "interrupted" if isinstance(error, KeyboardInterrupt) else f"error: {error}"
        try:
            self.run.hook.on_stop(run=self.run, reason=reason)
        except Exception as second:  # a foreign hook may raise anything; the first error is what ended the search
            if str(second) != str(error):
                log.warning("on_stop raised %s: %s", type(second).__name__, second)

    def _tell(self, trial: Trial) -> None:
        self.run.replaying = self.stored.get(trial.number) is trial
        self.run.tell(trial)
        self.run.replaying = False

    def _stored_trial(self, job: Job) -> Trial | None:
        """Returns the stored trial of a job, if any. Raises `StorageError` where it is of another architecture."""
        trial = self.stored.get(job.number)
        if trial is not None and trial.architecture != job.architecture:
            raise StorageError(
                f"The run {self.run.name!r} cannot be resumed: its stored trial {job.number} is {trial.architecture}, "
                f"but the strategy now suggests {job.architecture}. It or the space has changed since; start a new run."
            )
        return trial
