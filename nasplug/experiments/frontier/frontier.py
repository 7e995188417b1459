"""The frontier of accuracy against latency: predict many architectures, take the Pareto set, train some of it."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.analysis.pareto import pareto_front
from nasplug.engine.evaluation import Evaluator, derived_seed
from nasplug.engine.predictions import predict
from nasplug.errors import NasplugError, UsageError, first_line
from nasplug.experiments.frontier.window import Window
from nasplug.experiments.stored_runs.prediction import evenly_spaced
from nasplug.types import ACCURACY, Architecture, Job, Objective, Published, Trial

if TYPE_CHECKING:
    from nasplug.engine.run import ActiveRun


@attrs.frozen
class Candidate:
    """An architecture of a frontier."""

    architecture: Architecture
    latency: float  # its latency in milliseconds
    predicted: float  # its predicted accuracy in percent, or whatever else the frontier is of
    reported: tuple[float, ...] = ()  # the same of each of its final trainings that succeeded
    failures: tuple[str, ...] = ()  # the message of each of those that failed

    @property
    def accuracy(self) -> float | None:
        """The mean of the final trainings, None without one."""
        return float(np.mean(self.reported)) if self.reported else None

    @property
    def std(self) -> float | None:
        """The sample standard deviation of the final trainings, None for fewer than two."""
        return float(np.std(self.reported, ddof=1)) if len(self.reported) > 1 else None

    def row(self) -> dict[str, Any]:
        """Returns the columns of Table 2 of arXiv 1912.00848, and the predicted accuracy."""
        measured = {"latency": self.latency, "accuracy": self.accuracy, "std": self.std}
        return measured | {"architecture": str(self.architecture), "predicted": self.predicted}


@attrs.frozen
class Frontier:
    """A predicted frontier."""

    candidates: list[Candidate]  # the Pareto set, fastest first
    sampled: list[Candidate]  # all architectures that were predicted
    published: list[tuple[Published, Candidate]]  # a published set, and what is predicted of it
    objective: Objective = ACCURACY  # what is predicted

    def require_a_final(self) -> None:
        """Raises `NasplugError`, with the first failure, where final trainings were made and all failed."""
        failures = [failure for candidate in self.candidates for failure in candidate.failures]
        if failures and not any(candidate.reported for candidate in self.candidates):
            raise NasplugError(f"All {len(failures)} final evaluations failed. The first: {failures[0]}")


def predict_frontier(run: "ActiveRun", window: Window, samples: int, reference: str | None) -> Frontier:
    """Returns the frontier of `samples` random architectures in a window, as the run's strategy predicts them.

    The strategy learns from the run's trials. `reference` names a published set to predict beside them, or is None.

    Raises:
        UsageError: for an unknown published set, or a strategy that cannot predict
    """
    published = _published(run, reference)
    architectures = window.sample(run.hook, samples, np.random.default_rng(run.seed))
    sampled, objective = _candidates(run, window.device, architectures), run.goal.objective
    gains = [objective.score(candidate.predicted) for candidate in sampled]
    front = [sampled[i] for i in pareto_front([candidate.latency for candidate in sampled], gains)]
    references = _candidates(run, window.device, [p.architecture for p in published]) if published else []
    return Frontier(front, sampled, list(zip(published, references, strict=True)), objective)


def train_candidates(
    run: "ActiveRun", front: Sequence[Candidate], count: int, repeats: int
) -> Iterator[tuple[int, Candidate]]:
    """Trains `count` candidates, evenly spaced along the frontier, `repeats` times each with different seeds.

    Yields the index and the trained candidate of each; a training that fails is noted there.
    """
    for index in evenly_spaced(len(front), count):
        trials = [_train(run, index, front[index], repeat) for repeat in range(repeats)]
        reported = tuple(value for trial in trials if (value := run.goal.figure(trial)) is not None)
        failures = tuple(f"{trial.architecture}: {first_line(trial.error)}" for trial in trials if trial.error)
        yield index, attrs.evolve(front[index], reported=reported, failures=failures)


def _train(run: "ActiveRun", index: int, candidate: Candidate, repeat: int) -> Trial:
    canonical = run.hook.canonical(architecture=candidate.architecture)
    seed = derived_seed(run.seed, repeat, 3)
    key = f"{run.name}/{index}"
    job = Job(index, key, candidate.architecture, canonical, seed, "final", run.settings.epochs)
    return Evaluator(run.hook, attrs.evolve(run.goal, limits=())).evaluate(job)


def _candidates(run: "ActiveRun", device: str, architectures: Sequence[Architecture]) -> list[Candidate]:
    accuracies = predict(run, architectures)
    if accuracies is None:
        raise UsageError(
            f"The strategy {run.settings.strategy!r} predicts nothing. Name one that does: --strategy neural_predictor."
        )
    latencies = [float(run.hook.measure_latency(architecture=a, device=device)) for a in architectures]
    return [Candidate(*values) for values in zip(architectures, latencies, accuracies, strict=True)]


def _published(run: "ActiveRun", reference: str | None) -> list[Published]:
    if reference is None:
        return []
    sets: dict[str, list[Published]] = run.hook.published() or {}
    if reference not in sets:
        raise UsageError(
            f"The space {run.settings.space!r} has no published set {reference!r}; it has: {', '.join(sets) or 'none'}."
        )
    return sets[reference]
