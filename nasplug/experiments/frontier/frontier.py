"""The frontier of accuracy against latency: predict many inside a window, take the Pareto set, train some of it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.analysis.pareto import pareto_front
from nasplug.engine.evaluation import derived_seed, evaluate
from nasplug.errors import NasplugError, UsageError
from nasplug.experiments.frontier.window import Window
from nasplug.experiments.stored_runs.prediction import predictions
from nasplug.types import Architecture, Job, Published, Trial

if TYPE_CHECKING:
    from nasplug.engine.run import ActiveRun


@attrs.frozen
class Candidate:
    """One architecture of a frontier: milliseconds, predicted percent, and what `final` trainings reported.

    `failures` are the messages of those trainings that failed.
    """

    architecture: Architecture
    latency: float
    predicted: float
    reported: tuple[float, ...] = ()
    failures: tuple[str, ...] = ()

    @property
    def accuracy(self) -> float | None:
        """The mean of the final trainings in percent, None without one."""
        return float(np.mean(self.reported)) if self.reported else None

    @property
    def std(self) -> float | None:
        """The standard deviation of the final trainings, as of a sample; None for fewer than two."""
        return float(np.std(self.reported, ddof=1)) if len(self.reported) > 1 else None

    def row(self) -> dict[str, Any]:
        """Returns the columns of Table 2 of arXiv 1912.00848, and the prediction."""
        return {
            "latency": self.latency,
            "accuracy": self.accuracy,
            "std": self.std,
            "architecture": str(self.architecture),
            "predicted": self.predicted,
        }


@attrs.frozen
class Frontier:
    """The Pareto set, fastest first; all that was predicted; and a published set, predicted by the same predictor."""

    candidates: list[Candidate]
    sampled: list[Candidate]
    published: list[tuple[Published, Candidate]]

    def require_a_final(self) -> None:
        """Raises `NasplugError`, with the first failure, where final trainings were made and all failed."""
        failures = [failure for candidate in self.candidates for failure in candidate.failures]
        if failures and not any(candidate.reported for candidate in self.candidates):
            raise NasplugError(f"All {len(failures)} final evaluations failed. The first: {failures[0]}")


def find(run: "ActiveRun", window: Window, samples: int, reference: str | None) -> Frontier:
    """Returns the frontier of `samples` architectures of the window, by what the run's strategy predicts of them.

    `reference` names a published set of the space. Raises `UsageError` for an unknown one, or a strategy that
    predicts nothing.
    """
    published = _published(run, reference)
    architectures = window.sample(run.hook, samples, np.random.default_rng(run.seed))
    sampled = _predicted(run, window.device, architectures)
    front = [sampled[i] for i in pareto_front([c.latency for c in sampled], [c.predicted for c in sampled])]
    known = _predicted(run, window.device, [p.architecture for p in published]) if published else []
    return Frontier(front, sampled, list(zip(published, known, strict=True)))


def spread(front: Sequence[Candidate], count: int) -> list[int]:
    """Returns the places of at most `count` candidates, evenly spread along the frontier, its ends among them."""
    return sorted({round(place) for place in np.linspace(0, len(front) - 1, min(count, len(front))).tolist()})


def trained(run: "ActiveRun", front: Sequence[Candidate], count: int, repeats: int) -> Iterator[tuple[int, Candidate]]:
    """Yields place and candidate for `count` of the frontier, with `repeats` final evaluations of different seeds.

    One that fails is kept among the candidate's failures.
    """
    for place in spread(front, count):
        trials = [_final(run, place, front[place], repeat) for repeat in range(repeats)]
        reported = tuple(trial.accuracy for trial in trials if trial.accuracy is not None)
        failures = tuple(f"{trial.architecture}: {trial.error}" for trial in trials if trial.error)
        yield place, attrs.evolve(front[place], reported=reported, failures=failures)


def _final(run: "ActiveRun", place: int, candidate: Candidate, repeat: int) -> Trial:
    canonical = run.hook.canonical(architecture=candidate.architecture)
    seed = derived_seed(run.seed, repeat, 3)
    job = Job(place, candidate.architecture, canonical, seed, "final", candidate.latency)
    return evaluate(run.hook, job, run.settings.epochs, retries=0)


def _predicted(run: "ActiveRun", device: str, architectures: Sequence[Architecture]) -> list[Candidate]:
    answer = predictions(run, architectures)
    if answer is None:
        raise UsageError(
            f"The strategy {run.settings.strategy!r} predicts nothing. Name one that does: --strategy neural_predictor."
        )
    latencies = [float(run.hook.measure_latency(architecture=a, device=device)) for a in architectures]
    return [Candidate(a, ms, p) for a, ms, p in zip(architectures, latencies, answer, strict=True)]


def _published(run: "ActiveRun", reference: str | None) -> list[Published]:
    if reference is None:
        return []
    sets: dict[str, list[Published]] = run.hook.published() or {}
    if reference not in sets:
        raise UsageError(
            f"The space {run.settings.space!r} has no published set {reference!r}; it has: {', '.join(sets) or 'none'}."
        )
    return sets[reference]
