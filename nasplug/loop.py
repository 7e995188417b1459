"""The loop of a run: suggest → evaluate → commit → on_trial, then one `final` evaluation of the best."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, as_completed, wait

import attrs

from nasplug.errors import StorageError
from nasplug.evaluator import Job, duplicate, evaluate
from nasplug.result import incumbent
from nasplug.run import Run
from nasplug.types import Trial


@attrs.define(eq=False)
class Loop:
    """Runs a `Run` to its end. `commit` stores a trial before it is told; `stored` are the trials of a resumed run."""

    run: Run
    commit: Callable[[Trial], None]
    stored: Mapping[int, Trial]
    pool: ThreadPoolExecutor = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self.pool = ThreadPoolExecutor(self.run.settings.workers, "evaluate")  # starts a thread at its first job

    def execute(self) -> str:
        """Returns the reason for which the search ended; called once. Exceptions pass after `on_stop` was told."""
        run = self.run
        run.hook.on_start(run=run)
        try:
            (self._steadily if run.settings.steady else self._in_batches)()
            self._finally()
        except BaseException as error:
            run.hook.on_stop(
                run=run, reason="interrupted" if isinstance(error, KeyboardInterrupt) else f"error: {error}"
            )
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
        pending: set[Future[Trial]] = set()
        while True:
            while (free := self.run.settings.workers - len(pending)) and (jobs := self.run.ask(free)):
                pending |= {self._submit(job) for job in jobs}
            if not pending:
                return
            done, pending = wait(pending, return_when=FIRST_COMPLETED)
            for trial in sorted((future.result() for future in done), key=lambda trial: trial.finished):
                self.commit(trial)
                self.run.tell(trial)

    def _finally(self) -> None:
        """Evaluates the incumbent once more for the figure that is reported."""
        if best := incumbent(self.run.trials):
            stored = [trial for trial in self.stored.values() if trial.purpose == "final"]
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
                self.commit(done[job.number])
            yield done[job.number]

    def _evaluate(self, jobs: list[Job]) -> Iterator[Trial]:
        """Yields the trials of the jobs as they complete, committed; with one worker in this very thread."""
        settings = self.run.settings
        if settings.workers == 1:
            for job in jobs:
                trial = evaluate(self.run.hook, job, settings.epochs, settings.retries)
                self.commit(trial)
                yield trial
            return
        futures = [self._submit(job) for job in jobs]
        waiting = set(futures)
        try:
            for future in as_completed(futures):
                trial = future.result()
                self.commit(trial)
                waiting.discard(future)
                yield trial
        except BaseException:  # an interruption, or the end of the generator: what is done is kept
            for future in waiting:
                if future.done() and not future.cancelled() and not future.exception():
                    self.commit(future.result())  # paid for before the interruption
            raise

    def _submit(self, job: Job) -> Future[Trial]:
        return self.pool.submit(evaluate, self.run.hook, job, self.run.settings.epochs, self.run.settings.retries)

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
