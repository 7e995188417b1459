"""One evaluation: a job becomes a trial, whatever its evaluation does."""

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import attrs
import numpy as np

from nasplug.engine.measures import measured, measured_latency
from nasplug.engine.objectives import DEFAULT_GOAL, Goal, Limit
from nasplug.engine.stored_error import storable_text
from nasplug.errors import ConfigurationError, DiscoveryError, PluginError, did_you_mean
from nasplug.types import Evaluation, Job, Trial

if TYPE_CHECKING:
    import pluggy

log = logging.getLogger("nasplug")
FATAL = (ConfigurationError, DiscoveryError, PluginError)  # after which no other trial of the run could succeed
LACKS = "the evaluation has no "  # how the error of a trial begins that lacks a figure
State = Literal["complete", "failed", "infeasible"]


def derived_seed(seed: int, number: int, stream: int) -> int:
    """Returns a 31-bit seed for a training, made of the run's seed and the count of suggestions before it.

    `stream` is 1 for trials, 2 for the incumbents of a comparison, 3 for the final trainings of a frontier,
    4 for those that confirm.
    """
    return int(np.random.SeedSequence(entropy(seed, number, stream)).generate_state(1)[0]) >> 1


def entropy(*numbers: int) -> "np.typing.NDArray[np.uint32] | tuple[int, ...]":
    """Returns what NumPy makes the same generator of as of the numbers, in the form that takes it the least time."""
    try:
        return np.array(numbers, np.uint32)
    except OverflowError:
        return numbers


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


@attrs.frozen(eq=False)
class Evaluator:
    """Makes a trial of a job; a run calls it from threads.

    Args:
        hook: the hooks of the run, or of a space alone
        goal: limits are checked before the architecture is paid for where they can be, objectives afterwards
        device: where the latency of every architecture is measured; None measures none
        latency_window: the lowest and the highest latency allowed, in milliseconds
        retries: more attempts for an evaluation that raises, with the same seed
        now: returns the seconds since the epoch
    """

    hook: "pluggy.HookRelay"
    goal: Goal = DEFAULT_GOAL
    device: str | None = None
    latency_window: tuple[float, float] | None = None
    retries: int = 0
    now: Callable[[], float] = time.time
    is_plain: bool = attrs.field(init=False)  # nothing is measured, and accuracy alone counts

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "is_plain", self.device is None and self.goal == DEFAULT_GOAL)

    def evaluate(self, job: Job) -> Trial:
        """Evaluates a job. An exception becomes a failed trial, a limit that is broken an infeasible one.

        Raises:
            ConfigurationError: no other trial of the run could succeed either
            PluginError: a hook returned what is none of its answers
        """
        attempt = Attempt(self, job, self.now())
        return (None if self.is_plain else attempt.refused()) or attempt.evaluated()

    def refusal(self, job: Job) -> Trial | None:
        """Returns the trial of a job that must not be paid for; None for any other."""
        return Attempt(self, job, self.now()).refused()

    def judge(self, job: Job, evaluation: Evaluation, started: float) -> Trial:
        """Returns the trial of a job that somebody else has evaluated."""
        attempt = Attempt(self, job, started)
        return attempt.refused() or attempt.judged(evaluation)

    def failed(self, job: Job, error: str, started: float) -> Trial:
        """Returns the failed trial of a job that somebody else could not evaluate."""
        return Attempt(self, job, started).trial("failed", None, error)


@attrs.define(eq=False)
class Attempt:
    """The evaluation of one job while it is made."""

    evaluator: Evaluator
    job: Job
    started: float
    latency: float | None = None
    measured: dict[str, float] = attrs.field(factory=dict)

    def refused(self) -> Trial | None:
        """Measures what is known without training. Returns a trial for an architecture that must not be paid for."""
        if self.evaluator.is_plain:
            return None
        try:
            error = self._broken_bound()
        except BaseException as problem:  # a device that fails on one architecture may know the next
            if _ends_the_search(problem):
                raise
            return self.trial("failed", None, storable_text(problem))
        return self.trial("infeasible", None, error) if error else None

    def evaluated(self) -> Trial:
        """Evaluates, as often as it may, and returns the trial."""
        error = ""
        for _ in range(self.evaluator.retries + 1):
            try:
                return self.judged(self._ask_space())
            except BaseException as problem:  # a crashed training is a result of the search, not its end
                if _ends_the_search(problem):
                    raise
                log.debug("Trial %d failed.", self.job.number, exc_info=problem)
                error = storable_text(problem)
        return self.trial("failed", None, error)

    def judged(self, evaluation: Evaluation) -> Trial:
        """Returns the trial of an evaluation: failed out of bounds or without an objective, infeasible over a limit."""
        goal = self.evaluator.goal
        main = goal.main
        if not main.low <= evaluation.accuracy <= main.high:
            between = f"between {main.low:g} and {main.high:g} {main.unit}".rstrip()
            return self.trial("failed", None, f"ValueError: {main.name} must be {between}, got {evaluation.accuracy}")
        if self.evaluator.is_plain:
            return self.trial("complete", evaluation, None)
        metrics = self._looked_at() | evaluation.metrics
        trial = self.trial("complete", attrs.evolve(evaluation, metrics=metrics), None)
        values = {name: goal.value(trial, name) for name in goal.names}
        missing = sorted(name for name, value in values.items() if value is None or math.isnan(value))
        if missing:
            figures = self.measured | {main.name: evaluation.accuracy} | metrics
            known = ", ".join(f"{name} {value:g}" for name, value in sorted(figures.items()))
            meant = "".join(did_you_mean(name, figures) for name in missing if name not in figures)
            lacks = f"{LACKS}{' and no '.join(missing)}, which the run looks at; it has {known}{meant and f'.{meant}'}"
            return attrs.evolve(trial, state="failed", evaluation=None, error=lacks)
        broken = [limit for limit in goal.limits if not limit.holds(values[limit.name] or 0.0)]
        return attrs.evolve(trial, state="infeasible", error=_breaks(broken, values)) if broken else trial

    def trial(self, state: State, evaluation: Evaluation | None, error: str | None) -> Trial:
        """Returns the job's trial, which ends now."""
        job, measured = self.job, self._looked_at() if evaluation is None else {}
        return Trial(
            job.number, job.architecture, state, evaluation, error, job.purpose, self.started, self.evaluator.now(),
            job.canonical, self.latency, job.epochs, job.continues, measured,
        )  # fmt: skip

    def _looked_at(self) -> dict[str, float]:
        """Returns those of the measured figures that the goal looks at."""
        return {name: value for name, value in self.measured.items() if name in self.evaluator.goal.names}

    def _broken_bound(self) -> str | None:
        """Returns which bound the architecture breaks, as far as can be told without training it."""
        evaluator, architecture = self.evaluator, self.job.architecture
        if evaluator.device is not None:
            self.latency = measured_latency(evaluator.hook, architecture, evaluator.device)
            window = evaluator.latency_window
            if window and not window[0] <= self.latency <= window[1]:
                outside = f"is outside the window {window[0]:g}:{window[1]:g} ms"
                return f"not evaluated: {self.latency:.2f} ms on {evaluator.device} {outside}"
        self.measured = measured(evaluator.hook, architecture)
        known: dict[str, float] = self.measured | ({} if self.latency is None else {"latency": self.latency})
        broken = [
            limit for limit in evaluator.goal.limits if limit.name in known and not limit.holds(known[limit.name])
        ]
        return f"not evaluated: {_breaks(broken, known)}" if broken else None

    def _ask_space(self) -> Evaluation:
        job = self.job
        purpose = "final" if job.purpose == "final" else "search"  # no space need know of a confirmation
        answer = self.evaluator.hook.evaluate(
            architecture=job.architecture, purpose=purpose, epochs=job.epochs, seed=job.seed, job=job
        )
        return checked(answer)


def checked(answer: object) -> Evaluation:
    """Returns what the hook `evaluate` answered. Raises `PluginError` where that is no `Evaluation`."""
    if isinstance(answer, Evaluation):
        return answer
    raise PluginError(
        f"evaluate must return a nasplug.Evaluation, it returned {answer!r:.200}, which is {type(answer).__name__}. "
        "Write for instance: return nasplug.Evaluation(accuracy, cost=seconds)."
    )


def _ends_the_search(problem: BaseException) -> bool:
    """Returns whether an exception is the user's Ctrl-C, or means that no other trial could succeed."""
    if isinstance(problem, BaseExceptionGroup):
        return problem.subgroup(KeyboardInterrupt) is not None
    return isinstance(problem, (KeyboardInterrupt, *FATAL))


def duplicate(job: Job, leader: Trial) -> Trial:
    """Returns the trial of a job whose network was just evaluated as `leader`: the same answer at no cost."""
    evaluation = leader.evaluation and attrs.evolve(leader.evaluation, cost=0.0, source="duplicate")
    return attrs.evolve(leader, number=job.number, architecture=job.architecture, evaluation=evaluation)


def _breaks(broken: Sequence[Limit], values: Mapping[str, float | None]) -> str:
    """Returns which limits are broken, by which values."""
    return " and ".join(f"{limit.name} is {values[limit.name]:g}, the limit {limit}" for limit in broken)
