"""One evaluation: a job becomes a trial, whatever its evaluation does."""

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.errors import ConfigurationError, PluginError, Unsupported, error_text
from nasplug.types import Architecture, Evaluation, Job, Trial

if TYPE_CHECKING:
    import pluggy

LONGEST_ERROR = 10_000  # characters of an error that are stored


def derived_seed(seed: int, number: int, stream: int) -> int:
    """Returns a 31-bit seed for a training, made of the run's seed and the trial's number.

    `stream` is 1 for trials, 2 for the incumbents of a comparison, 3 for the final trainings of a frontier.
    """
    return int(np.random.SeedSequence((seed, number, stream)).generate_state(1)[0]) >> 1


def measured_latency(hook: "pluggy.HookRelay", architecture: Architecture, device: str) -> float:
    """Returns the latency of an architecture on a device, in milliseconds.

    Raises `PluginError` where the answer is no finite number above 0, `Unsupported` where nobody knows the device.
    """
    latency = hook.measure_latency(architecture=architecture, device=device)
    if isinstance(latency, int | float | np.number) and 0.0 < latency < np.inf:
        return float(latency)
    raise PluginError(
        f"measure_latency must return milliseconds, a finite number above 0; for {architecture} on {device!r} it "
        f"returned {latency!r}."
    )


@attrs.define(eq=False)
class Clock:
    """Tells seconds since the epoch without ever going backwards, also when the machine's clock is set back.

    `earliest` is the latest time that the run has stored: a resumed run continues after it.
    """

    earliest: float = 0.0
    _offset: float = attrs.field(init=False)

    def __attrs_post_init__(self) -> None:
        self._offset = max(time.time(), self.earliest) - time.monotonic()

    def now(self) -> float:
        """Returns the seconds since the epoch."""
        return self._offset + time.monotonic()


def evaluate(
    hook: "pluggy.HookRelay", job: Job, epochs: int | None, retries: int, now: Callable[[], float] = time.time
) -> Trial:
    """Evaluates a job and returns its trial; the loop calls this from threads.

    An exception becomes a failed trial after `retries` more attempts with the same seed. Without `epochs`, the space
    trains as long as it does by default. `now` returns seconds since the epoch.

    Raises:
        ConfigurationError, Unsupported: no other trial of the run could succeed either
    """
    started = now()
    evaluation, error = None, job.refused
    for _ in range(0 if job.refused else retries + 1):
        try:
            evaluation, error = _ask_space(hook, job, epochs), None
            break
        except (ConfigurationError, Unsupported):
            raise
        except Exception as problem:  # a crashed training is a result of the search, not its end
            error = _storable_text(problem)
    return _trial(job, evaluation, error, started, now())


def duplicate(job: Job, leader: Trial) -> Trial:
    """Returns the trial of a job whose network was just evaluated as `leader`: the same answer at no cost."""
    evaluation = leader.evaluation and attrs.evolve(leader.evaluation, cost=0.0, source="duplicate")
    return _trial(job, evaluation, leader.error, leader.started, leader.finished)


def _ask_space(hook: "pluggy.HookRelay", job: Job, epochs: int | None) -> Evaluation:
    answer = hook.evaluate(architecture=job.architecture, purpose=job.purpose, epochs=epochs, seed=job.seed)
    if not isinstance(answer, Evaluation):
        raise TypeError(f"evaluate must return a nasplug.Evaluation, it returned {type(answer).__name__}")
    return answer


def _storable_text(problem: Exception) -> str:
    """Returns the error as text that every database takes: no NUL, no lone surrogates, at most `LONGEST_ERROR` long."""
    text = error_text(problem)
    text = text if len(text) <= LONGEST_ERROR else f"{text[:LONGEST_ERROR]}… ({len(text):,} characters)"
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


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
