"""What a search found: the trials and the best architecture among them."""

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.types import Architecture, Trial

if TYPE_CHECKING:
    import pandas as pd

METRIC = "metric."  # begins the column of a metric that is called like another column
COLUMNS = (
    "number", "architecture", "canonical", "state", "purpose", "accuracy", "cost", "source", "error", "latency",
    "started", "finished",
)  # fmt: skip


@attrs.frozen
class Best:
    """The architecture with the best validation accuracy, and its reported figures.

    `validation` and `test` are in percent, `latency` in milliseconds. `test` is None until the `final` evaluation has
    succeeded. `metrics` and `source` are those of the final evaluation where there is one, else of the search.
    """

    architecture: Architecture
    validation: float
    test: float | None
    latency: float | None
    metrics: dict[str, float]
    source: str

    def document(self) -> dict[str, Any]:
        """Returns the JSON values; where `source` is a surrogate, `test` is a predicted validation accuracy."""
        names = ("validation", "test", "source", "latency", "metrics")
        return {"architecture": str(self.architecture)} | {name: getattr(self, name) for name in names}


@attrs.frozen
class Result:
    """A finished search: `trials` in the order of their numbers, the `final` evaluation among them."""

    run: str
    space: str
    strategy: str
    seed: int
    trials: list[Trial]
    storage: str | None = None
    reason: str = ""

    @property
    def best(self) -> Best | None:
        """The best complete trial by validation accuracy, None where none is complete."""
        return best_of(self.trials)

    def summary(self) -> dict[str, Any]:
        """Returns what `nasplug run --json` prints: counts and cost of the search trials, and the best."""
        searched = [trial for trial in self.trials if trial.purpose == "search"]
        best = self.best
        return {
            "run": self.run,
            "space": self.space,
            "strategy": self.strategy,
            "seed": self.seed,
            "trials": len(searched),
            "failed": sum(trial.state == "failed" for trial in searched),
            "cost": sum(trial.evaluation.cost for trial in searched if trial.evaluation),
            "best": best.document() if best else None,
            "storage": self.storage,
        }

    def to_frame(self) -> "pd.DataFrame":
        """Returns the trials as a pandas DataFrame, one row a trial. Raises `ImportError` without pandas."""
        import pandas as pd

        return pd.DataFrame(list(rows(self.trials)))


def incumbent(trials: Iterable[Trial]) -> Trial | None:
    """Returns the complete search trial with the highest accuracy, the earliest of equals; None without one."""
    complete = [trial for trial in trials if trial.evaluation and trial.purpose == "search"]
    return max(complete, key=lambda trial: (trial.accuracy or 0.0, -trial.number), default=None)


def incumbents(trials: Iterable[Trial]) -> list[Trial | None]:
    """Returns the incumbent after each search trial; None while none is complete."""
    after_each: list[Trial | None] = []
    best: Trial | None = None
    for trial in trials:
        if trial.purpose == "search":
            best = incumbent(filter(None, (best, trial)))
            after_each.append(best)
    return after_each


def best_of(trials: Sequence[Trial]) -> Best | None:
    """Returns the incumbent with its test accuracy, where a `final` trial of the same architecture is complete."""
    top = incumbent(trials)
    if top is None or top.evaluation is None:
        return None
    finals = [t for t in trials if t.purpose == "final" and t.evaluation and t.architecture == top.architecture]
    reported = finals[-1].evaluation if finals else None
    validation, test = top.evaluation.accuracy, reported.accuracy if reported else None
    latest = reported or top.evaluation
    return Best(top.architecture, validation, test, top.latency, latest.metrics, latest.source)


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
        metrics = evaluation.metrics if evaluation else {}
        yield row | {_metric_column(name, fixed): value for name, value in metrics.items()}


def metric_of(column: str) -> str:
    """Returns the name of the metric that is in a column of `rows`."""
    return column.removeprefix(METRIC)


def _metric_column(metric: str, fixed: Collection[str]) -> str:
    return METRIC + metric if metric in fixed or metric.startswith(METRIC) else metric
