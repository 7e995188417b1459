"""The Pareto frontier of accuracy against latency, and the hypervolume that it dominates."""

from collections.abc import Sequence

import attrs

from nasplug.types import Trial


@attrs.frozen
class Reference:
    """The point that hypervolume is measured from: as slow and inaccurate as the worst point that counts."""

    latency: float
    accuracy: float


def pareto_front(latency: Sequence[float], accuracy: Sequence[float]) -> list[int]:
    """Returns the indices of the points that no other point dominates, fastest first; of equal points, the first.

    A point dominates another that is neither faster nor more accurate, if it differs from it.
    """
    order = sorted(range(len(latency)), key=lambda i: (latency[i], -accuracy[i], i))
    front: list[int] = []
    for i in order:
        if not front or accuracy[i] > accuracy[front[-1]]:
            front.append(i)
    return front


def hypervolume(latency: Sequence[float], accuracy: Sequence[float], reference: Reference) -> float:
    """Returns the area in percent × ms between the frontier of the points and the reference point.

    Points slower or less accurate than the reference add nothing.
    """
    inside = [i for i in range(len(latency)) if latency[i] < reference.latency and accuracy[i] > reference.accuracy]
    front = [inside[i] for i in pareto_front([latency[i] for i in inside], [accuracy[i] for i in inside])]
    ends = [*(latency[i] for i in front[1:]), reference.latency][: len(front)]
    strips = zip(front, ends, strict=True)  # each as high as its point, and as wide as the way to the next one
    return float(sum((end - latency[i]) * (accuracy[i] - reference.accuracy) for i, end in strips))


def hypervolume_curve(latency: Sequence[float], accuracy: Sequence[float], reference: Reference) -> list[float]:
    """Returns the hypervolume after 1, 2, … points; it never falls."""
    volumes: list[float] = []
    front: list[int] = []
    for i in range(len(latency)):
        if any(latency[j] <= latency[i] and accuracy[j] >= accuracy[i] for j in front):
            volumes.append(volumes[-1])
            continue
        front = [j for j in front if not (latency[i] <= latency[j] and accuracy[i] >= accuracy[j])] + [i]
        volumes.append(hypervolume([latency[j] for j in front], [accuracy[j] for j in front], reference))
    return volumes


def timed_trials(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the complete search trials that have a latency, in their order."""
    return [t for t in trials if t.purpose == "search" and t.accuracy is not None and t.latency is not None]


def pareto_trials(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the trials on the frontier of validation accuracy against latency, fastest first."""
    timed = timed_trials(trials)
    return [timed[i] for i in pareto_front(*coordinates(timed))]


def hypervolume_curve_of(timed: Sequence[Trial]) -> list[float]:
    """Returns the hypervolume after each of the trials, all with latencies, from the worst point among them."""
    return hypervolume_curve(*coordinates(timed), worst_point(timed))


def worst_point(timed: Sequence[Trial]) -> Reference:
    """Returns the slowest latency and the lowest accuracy among trials with latencies."""
    latencies, accuracies = coordinates(timed)
    return Reference(max(latencies), min(accuracies))


def coordinates(timed: Sequence[Trial]) -> tuple[list[float], list[float]]:
    """Returns the latencies and the accuracies of trials that have both."""
    return [t.latency or 0.0 for t in timed], [t.accuracy or 0.0 for t in timed]
