"""Sessions of toy runs: what the engine's own parts are tested with, without its public door."""

from contextlib import contextmanager

import toy

from nasplug.engine.folders import Folders
from nasplug.engine.opening import opened, prepare
from nasplug.engine.request import RunRequest
from nasplug.engine.session import Session
from nasplug.engine.store import Memory
from nasplug.types import Evaluation


def run_of(strategy="toy:Grid", space=None, **request):
    """Returns a run that has not started."""
    return prepare(RunRequest(space or toy.ToySpace(), strategy, **request))


def session_of(strategy="toy:Grid", space=None, in_order=True, is_external=False, **request):
    """Returns a session in memory that has started."""
    session = Session(run_of(strategy, space, **request), Memory(), Folders.temporary(), in_order, is_external)
    session.start()
    return session


def told(session, job, accuracy=50.0, cost=1.0, **metrics):
    """Records the result of a job."""
    session.record(session.evaluator.judge(job, Evaluation(accuracy, cost, metrics), session.now()))


def numbers(jobs_or_trials):
    """Returns the numbers of jobs or trials."""
    return [each.number for each in jobs_or_trials]


@contextmanager
def stored_session(storage, strategy="toy:Grid", space="toy:ToySpace", is_external=False, **request):
    """Yields a session of the run `run` in a database; it has started, and holds the run until the block ends."""
    whole = RunRequest(space, strategy, storage=storage, **{"name": "run"} | request)
    with opened(whole) as run, run.turn():
        session = run.session(is_external)
        with run.begun(session):
            yield session
