"""The Pareto frontier of accuracy against latency, and the hypervolume that it dominates."""

from collections.abc import Sequence

import attrs

from nasplug.types import Trial


@attrs.frozen
class Reference:
    """The point that hypervolume is measured from: no better than anything that counts."""

    latency: float
    accuracy: float


def pareto_front(latency: Sequence[float], accuracy: Sequence[float]) -> list[int]:
    """Returns the places that nothing dominates (as fast and as accurate, and better in one), fastest first.

    Of equal points the first counts.
    """
    order = sorted(range(len(latency)), key=lambda i: (latency[i], -accuracy[i], i))
    front: list[int] = []
    for i in order:
        if not front or accuracy[i] > accuracy[front[-1]]:
            front.append(i)
    return front


def hypervolume(latency: Sequence[float], accuracy: Sequence[float], reference: Reference) -> float:
    """Returns the area, in percent × ms, of what the points dominate and `reference` does not.

    Points slower or less accurate than the reference add nothing.
    """
    inside = [i for i in range(len(latency)) if latency[i] < reference.latency and accuracy[i] > reference.accuracy]
    front = pareto_front([latency[i] for i in inside], [accuracy[i] for i in inside])
    chosen = [inside[i] for i in front]
    ends = [*(latency[i] for i in chosen[1:]), reference.latency][: len(chosen)]
    return float(
        sum((end - latency[i]) * (accuracy[i] - reference.accuracy) for i, end in zip(chosen, ends, strict=True))
    )


def hypervolume_over(latency: Sequence[float], accuracy: Sequence[float], reference: Reference) -> list[float]:
    """Returns the hypervolume after 1, 2, … points; it never falls."""
    found: list[float] = []
    front: list[int] = []
    for i in range(len(latency)):
        if any(latency[j] <= latency[i] and accuracy[j] >= accuracy[i] for j in front):
            found.append(found[-1])
            continue
        front = [j for j in front if not (latency[i] <= latency[j] and accuracy[i] >= accuracy[j])] + [i]
        found.append(hypervolume([latency[j] for j in front], [accuracy[j] for j in front], reference))
    return found


def measured(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the complete search trials that have a latency, in their order."""
    return [t for t in trials if t.purpose == "search" and t.accuracy is not None and t.latency is not None]


def frontier(trials: Sequence[Trial]) -> list[Trial]:
    """Returns the trials on the frontier of validation accuracy against latency, fastest first."""
    points = measured(trials)
    return [points[i] for i in pareto_front([t.latency or 0.0 for t in points], [t.accuracy or 0.0 for t in points])]


def volume_of(points: Sequence[Trial]) -> float:
    """Returns the hypervolume of measured trials, from the slowest latency and the lowest accuracy among them."""
    return hypervolume([t.latency or 0.0 for t in points], [t.accuracy or 0.0 for t in points], worst(points))


def worst(points: Sequence[Trial]) -> Reference:
    """Returns the reference of a run: the slowest latency and the lowest accuracy among its measured trials."""
    return Reference(max(t.latency or 0.0 for t in points), min(t.accuracy or 0.0 for t in points))
