"""What a run searches for and what it must keep: objectives, limits, and which trials are best by them."""

import math
import operator
import re
from collections.abc import Callable, Iterable, Sequence
from typing import cast

import attrs
import numpy as np

from nasplug.engine.settings import texts
from nasplug.errors import UsageError
from nasplug.types import ACCURACY, Direction, Objective, Trial

MINIMISED = ("parameters", "multiply_adds", "loss", "latency", "cost")  # of all other figures, more is better
UNITS = {"latency": "ms", "cost": "s"}
_RELATIONS: dict[str, Callable[[float, float], bool]] = {"<=": operator.le, ">=": operator.ge}
_LIMIT = re.compile(r"\s*([A-Za-z_][\w./-]*)\s*(<=|>=)\s*(\S+)\s*")


def parse_objective(text: str, main: Objective = ACCURACY) -> Objective:
    """Returns the objective that `NAME` or `NAME:max|min` means; `main` is what the space's `accuracy` stands for.

    Raises `UsageError` for another direction.
    """
    name, colon, direction = text.partition(":")
    if not name or (colon and direction not in ("max", "min")):
        raise UsageError(f"An objective is NAME, NAME:max or NAME:min, got {text!r}.")
    usual = Objective(name, UNITS.get(name, ""), "min" if name in MINIMISED else "max")
    objective = main if name in ("accuracy", main.name) else usual
    return attrs.evolve(objective, direction=cast(Direction, direction)) if colon else objective


@attrs.frozen
class Limit:
    """A bound that every architecture of a run must keep."""

    name: str
    relation: str
    bound: float

    @classmethod
    def parse(cls, text: str) -> "Limit":
        """Returns the limit that `parameters<=4e6` means. Raises `UsageError` for any other form."""
        match = _LIMIT.fullmatch(text)
        try:
            name, relation, bound = match.groups() if match else ("", "", "")
            return cls(name, relation, float(bound))
        except ValueError:
            raise UsageError(
                f"A limit is NAME<=NUMBER or NAME>=NUMBER, as in 'parameters<=4e6'; got {text!r}."
            ) from None

    def holds(self, value: float) -> bool:
        """Returns whether a value keeps the limit; NaN does not."""
        return _RELATIONS[self.relation](value, self.bound)

    def excess(self, value: float) -> float:
        """Returns how far a value is beyond the bound, relative to it; 0 where it keeps the limit, infinite for NaN."""
        if math.isnan(value):
            return math.inf
        return 0.0 if self.holds(value) else abs(value - self.bound) / (abs(self.bound) or 1.0)

    def __str__(self) -> str:
        return f"{self.name}{self.relation}{self.bound:g}"


@attrs.frozen
class Goal:
    """The objectives and the limits of a run. `main` is what the space's `accuracy` stands for."""

    objectives: tuple[Objective, ...] = (ACCURACY,)
    limits: tuple[Limit, ...] = ()
    main: Objective = ACCURACY

    @classmethod
    def of(cls, objectives: Iterable[str], limits: Iterable[str], main: Objective = ACCURACY) -> "Goal":
        """Returns the goal that these texts mean. Raises `UsageError` for one that is wrong or given twice."""
        parsed: tuple[Objective, ...] = tuple(parse_objective(text, main) for text in texts(objectives)) or (main,)
        names = [objective.name for objective in parsed]
        if len(set(names)) < len(names):
            raise UsageError(f"An objective is given twice: {', '.join(names)}.")
        return cls(parsed, tuple(map(Limit.parse, texts(limits))), main)

    @property
    def objective(self) -> Objective:
        """The main objective: the first one."""
        return self.objectives[0]

    @property
    def names(self) -> set[str]:
        """The names of all figures that the goal looks at."""
        return {objective.name for objective in self.objectives} | {limit.name for limit in self.limits}

    @property
    def is_default(self) -> bool:
        """Whether the goal is accuracy alone."""
        return self == DEFAULT_GOAL

    def value(self, trial: Trial, name: str) -> float | None:
        """Returns a trial's figure of that name: the accuracy, the latency, the cost or a metric; None without it."""
        if name == "latency":
            return trial.latency
        if trial.evaluation is None:
            return trial.measured.get(name)
        if name in ("accuracy", self.main.name):
            return trial.evaluation.accuracy
        metric = trial.evaluation.metrics.get(name)
        return trial.evaluation.cost if metric is None and name == "cost" else metric

    def figure(self, trial: Trial) -> float | None:
        """Returns a trial's value of the main objective; None without one."""
        return self.value(trial, self.objective.name)

    def values(self, trial: Trial) -> tuple[float, ...]:
        """Returns a trial's value of each objective. Raises `ValueError` naming one that it lacks."""
        values = [self.value(trial, objective.name) for objective in self.objectives]
        for objective, value in zip(self.objectives, values, strict=True):
            if value is None:
                raise ValueError(f"trial {trial.number} has no {objective.name}")
        return tuple(value for value in values if value is not None)

    def score(self, trial: Trial) -> float:
        """Returns the main objective's value as a number that is higher for better trials; −∞ for a trial without."""
        value = self.figure(trial)
        return -math.inf if value is None or trial.state != "complete" else self.objective.score(value)

    def incumbent(self, trials: Iterable[Trial]) -> Trial | None:
        """Returns the best candidate by the main objective, the earliest of equals; None without one."""
        return max(self.candidates(trials), key=lambda trial: (self.score(trial), -trial.number), default=None)

    def ranking(self, trials: Iterable[Trial]) -> list[Trial]:
        """Returns the candidates with the best first, each network once."""
        best_first = sorted(self.candidates(trials), key=lambda trial: (-self.score(trial), trial.number))
        networks: dict[str, Trial] = {}
        for trial in best_first:
            networks.setdefault(trial.canonical or str(trial.architecture), trial)
        return list(networks.values())

    def front(self, trials: Iterable[Trial]) -> list[Trial]:
        """Returns the candidates that no other one dominates in all objectives, the best by the main one first."""
        ranked = self.ranking(trials)
        scores = [[o.score(v) for o, v in zip(self.objectives, self.values(t), strict=True)] for t in ranked]
        return [ranked[i] for i in undominated(scores)]

    def nearest(self, trials: Iterable[Trial]) -> Trial | None:
        """Returns the infeasible search trial that breaks the limits least; None where no figure of one is known."""

        def excess(trial: Trial) -> float:
            values = [(limit, self.value(trial, limit.name)) for limit in self.limits]
            return sum(limit.excess(value) for limit, value in values if value is not None)

        infeasible = [trial for trial in trials if trial.state == "infeasible" and trial.purpose == "search"]
        return min((trial for trial in infeasible if excess(trial)), key=excess, default=None)

    def candidates(self, trials: Iterable[Trial]) -> list[Trial]:
        """Returns the complete search trials of the highest fidelity that was completed."""
        complete = [trial for trial in trials if trial.state == "complete" and trial.purpose == "search"]
        if not any(trial.epochs for trial in complete):
            return complete
        highest = max(fidelity(trial) for trial in complete)
        return [trial for trial in complete if fidelity(trial) == highest]


DEFAULT_GOAL = Goal()


def fidelity(trial: Trial) -> float:
    """Returns how long a trial was trained, in epochs; infinite where that was the space's own number."""
    return trial.epochs or math.inf


def undominated(scores: Sequence[Sequence[float]]) -> list[int]:
    """Returns the indices of the points that no other point dominates, higher scores being better.

    A point dominates another that is nowhere better, if it differs from it. Of equal points the first is returned.
    `scores` are `[points, objectives]`.
    """
    if len(scores) == 0:
        return []
    points = np.asarray(scores, dtype=float)  # [n, m]
    front: list[int] = []
    for index in np.lexsort(-points.T[::-1]).tolist():  # by the first objective, best first: no later point dominates
        if not (points[front] >= points[index]).all(axis=1).any():
            front.append(index)
    return sorted(front)
