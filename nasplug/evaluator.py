"""One evaluation: an architecture becomes a trial, whatever happens inside."""

import time
from typing import TYPE_CHECKING

import attrs

from nasplug.errors import ConfigurationError, Unsupported
from nasplug.types import Architecture, Evaluation, Purpose, Trial

if TYPE_CHECKING:
    import pluggy


@attrs.frozen
class Job:
    """An architecture that waits for its evaluation. `refused` says why it must not be evaluated."""

    number: int
    architecture: Architecture
    canonical: str
    seed: int
    purpose: Purpose = "search"
    latency: float | None = None
    refused: str | None = None


def evaluate(hook: "pluggy.HookRelay", job: Job, epochs: int | None, retries: int) -> Trial:
    """Returns the trial of a job; called from the loop's threads.

    An exception becomes a failed trial after `retries` more attempts with the same seed. A
    `ConfigurationError` or `Unsupported` passes, because no other trial could succeed either.
    """
    started = time.time()
    evaluation, error = None, job.refused
    for _ in range(0 if job.refused else retries + 1):
        try:
            evaluation, error = _ask(hook, job, epochs), None
            break
        except (ConfigurationError, Unsupported):
            raise
        except Exception as problem:  # a crashed training is a result of the search, not its end
            error = f"{type(problem).__name__}: {problem}"
    return _trial(job, evaluation, error, started)


def duplicate(job: Job, leader: Trial) -> Trial:
    """Returns the trial of a job whose network was just evaluated as `leader`: the same answer, paid for once."""
    evaluation = leader.evaluation and attrs.evolve(leader.evaluation, cost=0.0, source="duplicate")
    return _trial(job, evaluation, leader.error, leader.started)


def _ask(hook: "pluggy.HookRelay", job: Job, epochs: int | None) -> Evaluation:
    answer = hook.evaluate(architecture=job.architecture, purpose=job.purpose, epochs=epochs, seed=job.seed)
    if not isinstance(answer, Evaluation):
        raise TypeError(f"evaluate must return a nasplug.Evaluation, it returned {type(answer).__name__}")
    return answer


def _trial(job: Job, evaluation: Evaluation | None, error: str | None, started: float) -> Trial:
    return Trial(
        number=job.number,
        architecture=job.architecture,
        state="complete" if evaluation else "failed",
        evaluation=evaluation,
        error=error,
        purpose=job.purpose,
        started=started,
        finished=time.time(),
        canonical=job.canonical,
        latency=job.latency,
    )
