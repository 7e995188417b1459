"""The Pareto front of two objectives, and the hypervolume that it dominates.

A point has a cost, of which less is better, and a gain, of which more is. Latency in milliseconds is a cost as it is,
and accuracy in percent a gain; a figure that counts the other way changes its sign.
"""

from collections.abc import Iterable, Sequence

import attrs

from nasplug.engine.objectives import DEFAULT_GOAL, Goal, parse_objective
from nasplug.types import Objective, Trial

LATENCY = parse_objective("latency")


@attrs.frozen
class Reference:
    """The point that hypervolume is measured from: as costly and as poor as the worst point that counts."""

    cost: float
    gain: float


def pareto_front(costs: Sequence[float], gains: Sequence[float]) -> list[int]:
    """Returns the indices of the points that no other point dominates, cheapest first; of equal points, the first.

    A point dominates another that neither costs less nor gains more, if it differs from it.
    """
    order = sorted(range(len(costs)), key=lambda i: (costs[i], -gains[i], i))
    front: list[int] = []
    for i in order:
        if not front or gains[i] > gains[front[-1]]:
            front.append(i)
    return front


def hypervolume(costs: Sequence[float], gains: Sequence[float], reference: Reference) -> float:
    """Returns the area between the front of the points and the reference point, in percent × ms for instance.

    Points that cost more or gain less than the reference add nothing.
    """
    inside = [i for i in range(len(costs)) if costs[i] < reference.cost and gains[i] > reference.gain]
    front = [inside[i] for i in pareto_front([costs[i] for i in inside], [gains[i] for i in inside])]
    ends = [*(costs[i] for i in front[1:]), reference.cost][: len(front)]
    strips = zip(front, ends, strict=True)  # each as high as its point, and as wide as the way to the next one
    return float(sum((end - costs[i]) * (gains[i] - reference.gain) for i, end in strips))


def hypervolume_curve(costs: Sequence[float], gains: Sequence[float], reference: Reference) -> list[float]:
    """Returns the hypervolume after 1, 2, … points; it never falls."""
    volumes: list[float] = []
    front: list[int] = []
    for i in range(len(costs)):
        if any(costs[j] <= costs[i] and gains[j] >= gains[i] for j in front):
            volumes.append(volumes[-1])
            continue
        front = [j for j in front if not (costs[i] <= costs[j] and gains[i] >= gains[j])] + [i]
        volumes.append(hypervolume([costs[j] for j in front], [gains[j] for j in front], reference))
    return volumes


@attrs.frozen
class Plane:
    """Two objectives of a run against each other, as a figure shows them: `x` to the right, `y` upwards."""

    goal: Goal = DEFAULT_GOAL
    x: Objective = LATENCY
    y: Objective = attrs.field()

    @y.default
    def _main_objective(self) -> Objective:
        return self.goal.objective

    @classmethod
    def of(cls, goal: Goal) -> "Plane":
        """Returns the main objective against the second one, or against latency where it is the only one."""
        return cls(goal, goal.objectives[1] if len(goal.objectives) > 1 else LATENCY)

    @property
    def unit(self) -> str:
        """The unit of a hypervolume, `% × ms` for instance; a figure without a unit stands there by its name."""
        return f"{self.y.unit or self.y.name} × {self.x.unit or self.x.name}"

    @property
    def is_whole(self) -> bool:
        """Whether the run has no more objectives than a plane."""
        return len(self.goal.objectives) < 3

    def trials(self, trials: Iterable[Trial]) -> list[Trial]:
        """Returns the feasible search trials that have both figures, in their order."""
        return [trial for trial in self.goal.candidates(trials) if self._has_both(trial)]

    def broken(self, trials: Iterable[Trial]) -> list[Trial]:
        """Returns the search trials that break a limit and have both figures."""
        return [t for t in trials if t.state == "infeasible" and t.purpose == "search" and self._has_both(t)]

    def points(self, trials: Iterable[Trial]) -> tuple[list[float], list[float]]:
        """Returns the values of both objectives of trials that have them, as an axis shows them."""
        shown = list(trials)
        return self._values(shown, self.x), self._values(shown, self.y)

    def front(self, trials: Iterable[Trial]) -> list[Trial]:
        """Returns the trials that no other one dominates here, or in all objectives of a run with more than two.

        The best by `x` is the first.
        """
        shown = self.trials(trials if self.is_whole else self.goal.front(trials))
        if not self.is_whole:
            return sorted(shown, key=lambda trial: self._costs_and_gains([trial]))
        return [shown[i] for i in pareto_front(*self._costs_and_gains(shown))]

    def worst_point(self, shown: Sequence[Trial]) -> Reference:
        """Returns the highest cost and the lowest gain among trials that have both figures."""
        costs, gains = self._costs_and_gains(shown)
        return Reference(max(costs), min(gains))

    def hypervolumes(self, shown: Sequence[Trial], reference: Reference | None = None) -> list[float]:
        """Returns the hypervolume after each of the trials, all with both figures, by default from the worst point."""
        return hypervolume_curve(*self._costs_and_gains(shown), reference or self.worst_point(shown))

    def _has_both(self, trial: Trial) -> bool:
        return None not in (self.goal.value(trial, self.x.name), self.goal.value(trial, self.y.name))

    def _values(self, trials: Iterable[Trial], objective: Objective) -> list[float]:
        return [value for trial in trials if (value := self.goal.value(trial, objective.name)) is not None]

    def _costs_and_gains(self, shown: Sequence[Trial]) -> tuple[list[float], list[float]]:
        xs, ys = self.points(shown)
        return [-self.x.score(x) for x in xs], [self.y.score(y) for y in ys]
