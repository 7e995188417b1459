"""The Pareto front of two objectives in a plane, and the hypervolume of the run's objectives.

A point has a cost, of which less is better, and a gain, of which more is. Latency in milliseconds is a cost as it is,
and accuracy in percent a gain; a figure that counts the other way changes its sign.
"""

from collections.abc import Iterable, Sequence

import attrs

from nasplug.analysis.hypervolume import hypervolumes
from nasplug.engine.objectives import DEFAULT_GOAL, Goal, parse_objective
from nasplug.types import Objective, Trial

LATENCY = parse_objective("latency")


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
    def is_whole(self) -> bool:
        """Whether the run has no more objectives than a plane."""
        return len(self.goal.objectives) < 3

    @property
    def objectives(self) -> tuple[Objective, ...]:
        """What spans the hypervolume: both objectives, or all of a run that has more."""
        return (self.y, self.x) if self.is_whole else self.goal.objectives

    @property
    def unit(self) -> str:
        """The unit of a hypervolume, `% × ms` for instance; a figure without a unit stands there by its name."""
        return " × ".join(objective.unit or objective.name for objective in self.objectives)

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

    def worst_point(self, shown: Sequence[Trial]) -> list[float]:
        """Returns the lowest score of each objective of the hypervolume among trials that have both figures."""
        return [min(scores) for scores in zip(*self._scores(shown), strict=True)]

    def hypervolumes(self, shown: Sequence[Trial], reference: Sequence[float] | None = None) -> list[float]:
        """Returns the hypervolume after each of the trials, all with both figures, by default from the worst point."""
        return hypervolumes(self._scores(shown), reference or self.worst_point(shown))

    def _scores(self, shown: Sequence[Trial]) -> list[tuple[float, ...]]:
        columns = ([o.score(value) for value in self._values(shown, o)] for o in self.objectives)
        return list(zip(*columns, strict=True))

    def _has_both(self, trial: Trial) -> bool:
        return None not in (self.goal.value(trial, self.x.name), self.goal.value(trial, self.y.name))

    def _values(self, trials: Iterable[Trial], objective: Objective) -> list[float]:
        return [value for trial in trials if (value := self.goal.value(trial, objective.name)) is not None]

    def _costs_and_gains(self, shown: Sequence[Trial]) -> tuple[list[float], list[float]]:
        xs, ys = self.points(shown)
        return [-self.x.score(x) for x in xs], [self.y.score(y) for y in ys]
