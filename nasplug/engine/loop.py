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
    """Runs a `Run` to its end. `stored` are the trials of a resumed run.

    `commit` stores a trial before it is told; `rescue` stores those of several trials that are not stored yet.
    """

    run: ActiveRun
    commit: Callable[[Trial], None]
    rescue: Callable[[list[Trial]], None]
    stored: Mapping[int, Trial]
    pool: ThreadPoolExecutor = attrs.field(init=False)
    pending: set[Future[Trial]] = attrs.field(factory=set, init=False)
    finished: "SimpleQueue[Future[Trial]]" = attrs.field(factory=SimpleQueue, init=False)
    unkept: Trial | None = attrs.field(default=None, init=False)
    clock: Clock = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.run.settings.workers, "evaluate")  # starts a thread at its first job
        self.run.stored_finals = frozenset(trial.number for trial in self.stored.values() if trial.purpose == "final")
        self.clock = Clock(max((trial.finished for trial in self.stored.values()), default=0.0))

    def execute(self) -> str:
        """Returns the reason for which the search ended; called once. Exceptions pass after `on_stop` was told."""
        run = self.run
        try:
            run.hook.on_start(run=run)
            (self._steadily if run.settings.asynchronous else self._in_batches)()
            self._finally()
        except BaseException as error:
            self._rescue()
            self._stop_after(error)
            raise
        finally:
            self.pool.shutdown(wait=False, cancel_futures=True)
        reason = run.stop_reason or "the strategy has nothing more to suggest"
        run.hook.on_stop(run=run, reason=reason)
        return reason

    def _in_batches(self) -> None:
        """Evaluates batch after batch; the strategy hears of a batch in the order of its numbers."""
        while jobs := self.run.ask(self.run.settings.batch):
            for trial in self._results(jobs):
                self._tell(trial)

    def _steadily(self) -> None:
        """Keeps every worker busy: a suggestion whenever one is free, told in the order of completion."""
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
            trials = [self._next()]
            while not self.finished.empty():
                trials.append(self._next())
            for trial in sorted(trials, key=lambda trial: trial.finished):
                self.run.tell(trial)

    def _finally(self) -> None:
        """Evaluates the incumbent once more for the figure that is reported, unless a resumed run had done so."""
        if best := incumbent(self.run.trials):
            finals = [self.stored[number] for number in sorted(self.run.stored_finals)]
            stored = [trial for trial in finals if trial.architecture == best.architecture]
            self.run.next_number = max([self.run.next_number, *(number + 1 for number in self.stored)])
            for trial in stored or self._results([self.run.job(best.architecture, "final")]):
                self._tell(trial)

    def _results(self, jobs: list[Job]) -> Iterator[Trial]:
        """Yields the committed trials of a batch in the order of their numbers, each as soon as its turn has come."""
        leaders = {job.canonical: job for job in reversed(jobs)}
        fresh = [job for job in jobs if leaders[job.canonical] is job and not self._replayed(job)]
        done = {job.number: trial for job in jobs if (trial := self._replayed(job))}
        evaluated = self._evaluate(fresh)
        for job in jobs:
            leader = leaders[job.canonical].number
            while leader not in done:
                trial = next(evaluated)
                done[trial.number] = trial
            if job.number not in done:
                done[job.number] = duplicate(job, done[leader])
                self._keep(done[job.number])
            yield done[job.number]

    def _evaluate(self, jobs: list[Job]) -> Iterator[Trial]:
        """Yields the trials of the jobs as they complete, committed; with one worker in this very thread."""
        if self.run.settings.workers == 1:
            for job in jobs:
                trial = self._work(job)
                self._keep(trial)
                yield trial
            return
        for job in jobs:
            self._submit(job)
        for _ in jobs:
            yield self._next()

    def _submit(self, job: Job) -> None:
        self.run.in_flight.waiting.add(job.number)
        future = self.pool.submit(self._work, job)
        self.pending.add(future)
        future.add_done_callback(self.finished.put)

    def _work(self, job: Job) -> Trial:
        with self.run.in_flight.evaluating(job.number):
            settings = self.run.settings
            return evaluate(self.run.hook, job, settings.epochs, settings.retries, self.clock.now)

    def _next(self) -> Trial:
        """Returns the next trial that completes, committed. Raises what its evaluation raised."""
        future = self.finished.get()
        trial = future.result()
        self._keep(trial)
        self.pending.discard(future)
        return trial

    def _keep(self, trial: Trial) -> None:
        self.unkept = trial
        self.commit(trial)
        self.unkept = None

    def _rescue(self) -> None:
        """Stores what was paid for when the search broke off; an interruption may have fallen into a commit."""
        done = [future for future in self.pending if future.done() and not future.cancelled()]
        trials = {trial.number: trial for future in done if not future.exception() for trial in [future.result()]}
        if self.unkept is not None:
            trials[self.unkept.number] = self.unkept
        if trials:
            with suppress(StorageError):  # the storage itself may be what broke off the search; that error is told
                self.rescue([trials[number] for number in sorted(trials)])

    def _stop_after(self, error: BaseException) -> None:
        """Tells every plugin why the search broke off; what one of them raises then is logged, and hides no error."""
        reason = "interrupted" if isinstance(error, KeyboardInterrupt) else f"error: {error}"
        try:
            self.run.hook.on_stop(run=self.run, reason=reason)
        except Exception as second:  # whatever a foreign hook raises, the first error is what ended the search
            if str(second) != str(error):
                log.warning("on_stop raised %s: %s", type(second).__name__, second)

    def _tell(self, trial: Trial) -> None:
        self.run.replaying = self.stored.get(trial.number) is trial
        self.run.tell(trial)
        self.run.replaying = False

    def _replayed(self, job: Job) -> Trial | None:
        trial = self.stored.get(job.number)
        if trial is not None and trial.architecture != job.architecture:
            raise StorageError(
                f"The run {self.run.name!r} cannot be resumed: its stored trial {job.number} is {trial.architecture}, "
                f"but the strategy now suggests {job.architecture}. It or the space has changed since; start a new run."
            )
        return trial
