"""One evaluation: an architecture becomes a trial, whatever happens inside."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.errors import ConfigurationError, Unsupported
from nasplug.types import Architecture, Evaluation, Purpose, Trial

if TYPE_CHECKING:
    import pluggy


LONGEST = 10_000  # characters of an error that are kept


def derived_seed(seed: int, number: int, stream: int) -> int:
    """Returns the 31 bits that seed a training, in a stream of its own: 1 trials, 2 incumbents, 3 frontiers."""
    return int(np.random.SeedSequence((seed, number, stream)).generate_state(1)[0]) >> 1


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


def evaluate(
    hook: "pluggy.HookRelay", job: Job, epochs: int | None, retries: int, now: Callable[[], float] = time.time
) -> Trial:
    """Returns the trial of a job; called from the loop's threads. `now` tells seconds since the epoch.

    An exception becomes a failed trial after `retries` more attempts with the same seed. A
    `ConfigurationError` or `Unsupported` passes, because no other trial could succeed either.
    """
    started = now()
    evaluation, error = None, job.refused
    for _ in range(0 if job.refused else retries + 1):
        try:
            evaluation, error = _ask(hook, job, epochs), None
            break
        except (ConfigurationError, Unsupported):
            raise
        except Exception as problem:  # a crashed training is a result of the search, not its end
            error = _told(problem)
    return _trial(job, evaluation, error, started, now())


def duplicate(job: Job, leader: Trial) -> Trial:
    """Returns the trial of a job whose network was just evaluated as `leader`: the same answer, paid for once."""
    evaluation = leader.evaluation and attrs.evolve(leader.evaluation, cost=0.0, source="duplicate")
    return _trial(job, evaluation, leader.error, leader.started, leader.finished)


def _told(problem: Exception) -> str:
    """Returns the error as text that every database takes: no NUL, no half of a character, no megabytes."""
    text = f"{type(problem).__name__}: {problem}"
    text = text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text):,} characters)"
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _ask(hook: "pluggy.HookRelay", job: Job, epochs: int | None) -> Evaluation:
    answer = hook.evaluate(architecture=job.architecture, purpose=job.purpose, epochs=epochs, seed=job.seed)
    if not isinstance(answer, Evaluation):
        raise TypeError(f"evaluate must return a nasplug.Evaluation, it returned {type(answer).__name__}")
    return answer


def _trial(job: Job, evaluation: Evaluation | None, error: str | None, started: float, finished: float) -> Trial:
    return Trial(
        number=job.number,
        architecture=job.architecture,
        state="complete" if evaluation else "failed",
        evaluation=evaluation,
        error=error,
        purpose=job.purpose,
        started=started,
        finished=finished,
        canonical=job.canonical,
        latency=job.latency,
    )
