"""What a search found: the trials and the best architecture among them."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.engine.measurements import confirmed, recommended, repeats, times
from nasplug.engine.objectives import DEFAULT_GOAL, Goal, parse_objective
from nasplug.types import ACCURACY, Architecture, Objective, Trial

if TYPE_CHECKING:
    import pandas as pd

CHOSEN_BY = "chosen_by"  # a column that exports add
METRIC = "metric."  # begins the column of a metric that is called like another column
COLUMNS = (
    "number", "architecture", "canonical", "state", "purpose", "accuracy", "cost", "source", "error", "latency",
    "started", "finished", "epochs", "continues",
)  # fmt: skip


@attrs.frozen
class Best:
    """The best architecture by the main objective, and its reported figures.

    `validation` and `test` are values of the main objective, in percent unless `objective` says otherwise; `latency` is
    in milliseconds. `test` is None until the `final` evaluation has succeeded, and `breaks` says which limits that one
    breaks. `metrics` and `source` are those of the final evaluation where there is one, else of the search, from which
    the values of `objectives` are, by their names.

    `chosen_by` says in words what it is the best by. Where networks were confirmed, `validation` is the mean over all
    `trainings` of this one. `standard_error` is that of `validation`, None where nothing tells it.
    """

    architecture: Architecture
    validation: float
    test: float | None
    latency: float | None
    metrics: dict[str, float]
    source: str
    objective: Objective = ACCURACY
    objectives: dict[str, float] = attrs.field(factory=dict)
    breaks: str | None = None
    standard_error: float | None = None
    trainings: int = 1
    chosen_by: str = ""

    def document(self) -> dict[str, Any]:
        """Returns the JSON values; where `source` is a surrogate, `test` is a predicted validation value."""
        names = ("validation", "test", "source", "latency", "metrics")
        values = {"architecture": str(self.architecture)} | {name: getattr(self, name) for name in names}
        if self.objectives.keys() - {"accuracy"}:
            values["objectives"] = self.objectives
        values |= {"standard_error": self.standard_error, "trainings": self.trainings, "chosen_by": self.chosen_by}
        return values | ({"breaks": self.breaks} if self.breaks else {})


@attrs.frozen(repr=False)
class Result:
    """A finished search: `trials` in the order of their numbers, the `final` evaluation among them."""

    run: str
    space: str
    strategy: str
    seed: int
    trials: list[Trial]
    storage: str | None = None
    reason: str = ""
    goal: Goal = DEFAULT_GOAL

    def __repr__(self) -> str:
        """One line: what was searched, how many trials there are, and the best."""
        best = f"{self.best.validation:.4g}" if self.best else "none"
        return f"<Result {self.run}: {self.space} × {self.strategy}, {len(self.trials)} trials, best {best}>"

    @property
    def best(self) -> Best | None:
        """The best complete trial by the main objective, None where none is complete."""
        return best_of(self.trials, self.goal)

    @property
    def front(self) -> list[Trial]:
        """The complete trials that no other one dominates in all objectives."""
        return self.goal.front(self.trials)

    def summary(self) -> dict[str, Any]:
        """Returns what `nasplug run --json` prints: counts and cost of the search trials, and the best."""
        searched = [trial for trial in self.trials if trial.purpose == "search"]
        best, several = self.best, len(self.goal.objectives) > 1
        document = {
            "run": self.run,
            "space": self.space,
            "strategy": self.strategy,
            "seed": self.seed,
            "trials": len(searched),
            "failed": sum(trial.state == "failed" for trial in searched),
            "infeasible": sum(trial.state == "infeasible" for trial in searched),
            "cost": sum(trial.evaluation.cost for trial in searched if trial.evaluation),
            "best": best.document() if best else None,
            "storage": self.storage,
        }
        return document | ({"front": front_rows(self.trials, self.goal)} if several else {})

    def to_frame(self) -> "pd.DataFrame":
        """Returns the trials as a pandas DataFrame, one row a trial. Raises `ImportError` without pandas."""
        import pandas as pd

        return pd.DataFrame(list(rows(self.trials)))


def incumbents(trials: Iterable[Trial], goal: Goal = DEFAULT_GOAL) -> list[Trial | None]:
    """Returns the incumbent after each search trial; None while none is complete."""
    after_each: list[Trial | None] = []
    best: Trial | None = None
    for trial in trials:
        if trial.purpose == "search":
            best = goal.incumbent(filter(None, (best, trial)))
            after_each.append(best)
    return after_each


def best_of(trials: Sequence[Trial], goal: Goal = DEFAULT_GOAL) -> Best | None:
    """Returns the recommended architecture with its final figures, where a `final` trial of it has an evaluation.

    It is the best mean of those confirmed; where none is, the incumbent. None where no trial is complete.
    """
    best = recommended(trials, goal)
    if best is None or best.trial.evaluation is None:
        return None
    top, evaluation = best.trial, best.trial.evaluation
    validation, error, trainings = best.value, best.error_of_value, repeats(top)
    if best.confirmations:
        validation, error, trainings = best.mean, best.standard_error, best.trainings
    final = _finals(trials).get(top.architecture)
    test, latest = goal.figure(final) if final else None, (final and final.evaluation) or evaluation
    metrics = latest.metrics if goal.main in goal.objectives else {goal.main.name: latest.accuracy} | latest.metrics
    objectives = [objective.name for objective in goal.objectives]
    values = dict(zip(objectives, goal.values(top), strict=True)) | {goal.objective.name: validation}
    return Best(
        top.architecture, validation, test, top.latency, metrics, latest.source, goal.objective, values,
        final.error if final else None, error, trainings, chosen_by(trials, goal),
    )  # fmt: skip


def chosen_by(trials: Sequence[Trial], goal: Goal) -> str:
    """Returns in words by what the recommended architecture is the best."""
    name = goal.objective.plain_name
    again = [each.confirmations for each in confirmed(trials, goal)]
    if not again:
        return f"{name} in one trial, the best of {len(goal.candidates(trials))}"
    often = times(again[0]) if len(set(again)) == 1 else f"{min(again)} to {max(again)} times"
    return f"mean {name} of all its trainings, the best of {len(again)} trained {often} more"


def front_rows(trials: Sequence[Trial], goal: Goal) -> list[dict[str, Any]]:
    """Returns the trials of the front as JSON values.

    `test` is the main objective's value in the final evaluation; `source` is that one's, without it the search's.
    """
    finals, names = _finals(trials), [objective.name for objective in goal.objectives]
    table = []
    for trial in goal.front(trials):
        final = finals.get(trial.architecture)
        row: dict[str, Any] = {"architecture": str(trial.architecture), "trial": trial.number}
        row |= {"objectives": dict(zip(names, goal.values(trial), strict=True))}
        row |= {"test": goal.figure(final) if final else None}
        evaluation = (final or trial).evaluation
        table.append(row | {"source": evaluation and evaluation.source})
    return table


def why_infeasible(trials: Sequence[Trial], goal: Goal) -> str | None:
    """Returns, as the end of a sentence, that no trial keeps the limits and which one is the nearest.

    None where a search trial is complete, or none is infeasible.
    """
    infeasible = [trial for trial in trials if trial.state == "infeasible" and trial.purpose == "search"]
    if not infeasible or goal.candidates(trials):
        return None
    limits = f"the limit{'s' * (len(goal.limits) > 1)} {' and '.join(map(str, goal.limits))}" if goal.limits else ""
    none_keeps = f"no trial keeps {limits or 'the limits'}"
    nearest = goal.nearest(infeasible)
    if nearest is None:
        return f"{none_keeps}. The first: {infeasible[0].error}"
    values = {limit: goal.value(nearest, limit.name) for limit in goal.limits}
    broken = {limit.name: value for limit, value in values.items() if value is not None and not limit.holds(value)}
    figures = " and ".join(f"{name} {parse_objective(name, goal.main).text(value)}" for name, value in broken.items())
    return f"{none_keeps}: the nearest is {nearest.architecture} (trial {nearest.number}) with {figures}"


def _finals(trials: Iterable[Trial]) -> dict[Architecture, Trial]:
    """Returns the latest final trial of each architecture that has an evaluation."""
    return {trial.architecture: trial for trial in trials if trial.purpose == "final" and trial.evaluation}


def rows(trials: Iterable[Trial], taken: Sequence[str] = ()) -> Iterable[dict[str, Any]]:
    """Yields one flat dict for each trial, as `trials` and `export` print them; metrics follow the fixed columns.

    A metric that is called like one of them, or like a column that the caller has `taken`, is in the column
    `metric.NAME`. So is one whose name begins with `metric.` itself: no two metrics share a column.
    """
    fixed = {*COLUMNS, *taken}
    for trial in trials:
        evaluation = trial.evaluation
        row = {name: getattr(evaluation if name in ("cost", "source") else trial, name, None) for name in COLUMNS}
        row["architecture"] = str(trial.architecture)
        metrics = evaluation.metrics if evaluation else trial.measured
        yield row | {_metric_column(name, fixed): value for name, value in metrics.items()}


def metric_of(column: str) -> str:
    """Returns the name of the metric that is in a column of `rows`."""
    return column.removeprefix(METRIC)


def _metric_column(metric: str, fixed: Collection[str]) -> str:
    return METRIC + metric if metric in fixed or metric.startswith(METRIC) else metric
