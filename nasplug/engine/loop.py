"""The loop of a search: it takes jobs from a session, evaluates them in threads, and records their trials."""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from queue import SimpleQueue

import attrs

from nasplug.engine.session import Session
from nasplug.errors import StorageError
from nasplug.types import Job, Trial


@attrs.define(eq=False)
class Loop:
    """Takes a started session to its end."""

    session: Session
    _pool: ThreadPoolExecutor = attrs.field(init=False)
    _running: set[Future[Trial]] = attrs.field(factory=set, init=False)
    _finished: "SimpleQueue[Future[Trial]]" = attrs.field(factory=SimpleQueue, init=False)

    def __attrs_post_init__(self) -> None:
        self._pool = ThreadPoolExecutor(self.workers, "evaluate")  # starts a thread at its first job

    @property
    def workers(self) -> int:
        """How many evaluations go on at the same time."""
        return self.session.run.settings.workers

    def execute(self) -> str:
        """Runs the search, what confirms it and the final evaluations; returns why the search ended. Called once.

        An exception passes on after every finished evaluation is stored.
        """
        session, run = self.session, self.session.run
        try:
            (self._search_asynchronously if run.settings.asynchronous else self._search_in_batches)()
            self._evaluate(session.confirmations(), stops=False)
            self._evaluate(session.finals(), stops=False)
        except BaseException:  # Ctrl-C too: what is evaluated is kept
            self._store_finished()
            raise
        finally:
            self._pool.shutdown(wait=False, cancel_futures=True)
        session.finish(run.end_reason)
        return run.end_reason

    def _search_in_batches(self) -> None:
        """Evaluates batch after batch."""
        run = self.session.run
        while (jobs := self.session.ask(run.settings.batch)) or run.open:
            if not jobs:
                return  # what is open was withdrawn when the run was stopped
            self._evaluate(jobs)

    def _search_asynchronously(self) -> None:
        """Keeps every worker busy: asks for a job whenever one is free."""
        while True:
            while (free := self.workers - len(self._running)) and (jobs := self.session.ask(free)):
                for job in jobs:
                    self._submit(job)
            if not self._running:
                return
            self._record_finished()

    def _evaluate(self, jobs: Sequence[Job], stops: bool = True) -> None:
        """Evaluates jobs and records their trials. Jobs that wait when the run is stopped stay open."""
        run = self.session.run
        if self.workers == 1:
            for job in jobs:
                if stops and run.stop_reason:
                    return
                self.session.record(self._evaluated(job))
            return
        waiting = deque(jobs)
        run.in_flight.waiting.update(job.number for job in jobs)
        while waiting or self._running:
            if stops and run.stop_reason:
                waiting.clear()
            while waiting and len(self._running) < self.workers:
                self._submit(waiting.popleft())
            if self._running:
                self._record_finished()
        run.in_flight.waiting.clear()

    def _submit(self, job: Job) -> None:
        future = self._pool.submit(self._evaluated, job)
        self._running.add(future)
        future.add_done_callback(self._finished.put)

    def _evaluated(self, job: Job) -> Trial:
        in_flight = self.session.run.in_flight
        in_flight.begin(job.number)
        try:
            return self.session.evaluator.evaluate(job)
        finally:
            in_flight.end(job.number)

    def _record_finished(self) -> None:
        """Waits for a trial, and records all that have finished by then. Raises what an evaluation raised."""
        futures = [self._finished.get()]
        while not self._finished.empty():
            futures.append(self._finished.get())
        trials = {future: future.result() for future in futures}
        for future in sorted(futures, key=lambda future: trials[future].finished):
            self.session.record(trials[future])
            self._running.discard(future)

    def _store_finished(self) -> None:
        """Stores every finished evaluation after an error, also trials whose recording was interrupted."""
        done = [future for future in self._running if future.done() and not future.cancelled()]
        trials = [future.result() for future in done if not future.exception()]
        finished = [each for trial in trials for each in self.session.with_followers(trial)]
        missing = {trial.number: trial for trial in [*self.session.uncommitted, *finished]}
        if missing:
            with suppress(StorageError):  # the storage itself may have failed; the first error is reported
                self.session.store.add_missing([missing[number] for number in sorted(missing)])
