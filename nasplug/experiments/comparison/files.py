"""The files of a finished comparison: trials, clock, summary, levels, speed-ups, figure."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.analysis.curves import COLUMNS, Curves, curves, require_columns
from nasplug.analysis.figures import comparison_figure
from nasplug.analysis.labels import reported_name
from nasplug.analysis.levels import default_levels, trainings_to
from nasplug.analysis.rendering import save_figure
from nasplug.analysis.speedups import speedups
from nasplug.analysis.summary import costs_nothing, summary
from nasplug.errors import StorageError
from nasplug.experiments.comparison.contender import labels
from nasplug.experiments.comparison.failures import Failure
from nasplug.experiments.comparison.plan import Plan, load_goal, load_marks
from nasplug.experiments.comparison.single_search import CLOCK
from nasplug.storage.atomic_files import write_atomically
from nasplug.types import ACCURACY, Objective

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FIGURES = ("png", "svg")
KEYS = ["strategy", "repeat", "number"]


@attrs.frozen(eq=False)
class Outcome:
    """What a comparison found."""

    accuracy: str  # what the values are that are reported, as figures and tables call them
    curves: list[Curves]  # the curves of each strategy
    summary: "pd.DataFrame"  # statistics along them, see `nasplug.analysis.summary`
    levels: "pd.DataFrame"  # trainings to each level, see `nasplug.analysis.levels`
    speedups: "pd.DataFrame"  # factors between strategies, see `nasplug.analysis.speedups`
    objective: Objective = ACCURACY  # what is reported

    @classmethod
    def of(cls, trials: "pd.DataFrame", levels: Sequence[float], objective: Objective = ACCURACY) -> "Outcome":
        """Returns the outcome of a table of trials, at `levels` of the objective or, without any, where strategies end.

        `objective` is what the column `reported` has.
        """
        require_columns(trials, (*COLUMNS, "state", "source"))
        finals = trials[(trials["purpose"] == "final") & (trials["state"] == "complete")]
        accuracy = reported_name(objective, dict.fromkeys(finals["source"]))
        strategies = curves(trials, objective)
        levels = list(levels) or default_levels(strategies)
        tables = summary(strategies), trainings_to(strategies, levels), speedups(strategies, levels)
        return cls(accuracy, strategies, *tables, objective)

    def document(self) -> dict[str, Any]:
        """Returns what is printed as JSON."""
        tables = {name: getattr(self, name).to_dict(orient="records") for name in ("levels", "speedups")}
        objective = {name: getattr(self.objective, name) for name in ("name", "unit", "direction")}
        return {"accuracy": self.accuracy, "objective": objective, "strategies": self.ends()} | tables

    def ends(self) -> list[dict[str, Any]]:
        """Returns the last row of each strategy's summary by trainings, with `trainings` as a whole number."""
        last = self.summary[self.summary["by"] == "trainings"].groupby("strategy", sort=False).tail(1)
        rows: list[dict[str, Any]] = last.to_dict(orient="records")
        return [row | {"trainings": int(row["x"])} for row in rows]

    def remarks(self, plan: Plan, failures: Sequence[Failure] = ()) -> list[str]:
        """Returns, in sentences, which cells and rows the tables lack and why."""
        remarks, present = list[str](), {shown.strategy: shown.repeats for shown in self.curves}
        for strategy in plan.strategies:
            failed = sum(failure.strategy == strategy for failure in failures)
            empty = plan.repeats - failed - present.get(strategy, 0)
            if failed:
                remarks.append(f"{failed} of {plan.repeats} repeats of {strategy} failed and are left out.")
            if empty == plan.repeats:
                remarks.append(f"{strategy} is in no table: it suggested nothing.")
            elif empty:
                remarks.append(f"{empty} of {plan.repeats} repeats of {strategy} suggested nothing and are left out.")
        if any(shown.repeats == 1 for shown in self.curves):
            remarks.append("One repeat has no spread: std and intervals are empty. Raise --repeats.")
        if costless := [shown.strategy for shown in self.curves if costs_nothing(shown)]:
            remarks.append(f"No summary by cost of {', '.join(costless)}: a repeat of it cost no training.")
        for shown in self.curves:
            if count := int((shown.lengths < plan.budget).sum()):
                early = f"{count} of {shown.repeats} repeats of {shown.strategy} ended by themselves"
                remarks.append(f"{early}, the first after {shown.lengths.min()} of {plan.budget} trainings.")
        return remarks


def write_trials(repeats: Iterable[list[dict[str, Any]]], folder: Path) -> "pd.DataFrame":
    """Writes the table of all trials as CSV and Parquet, its clock times apart in `clock.csv`, and returns it.

    Raises `StorageError` where there is no trial.
    """
    import pandas as pd

    tables = [pd.DataFrame(rows) for rows in repeats if rows]
    if not tables:
        raise StorageError("There is nothing to compare: no strategy suggested an architecture.")
    table = pd.concat(tables, ignore_index=True)
    trials = table.drop(columns=list(CLOCK))
    write_atomically(folder / "clock.csv", _csv(table[[*KEYS, *CLOCK]]))
    write_atomically(folder / "trials.csv", _csv(trials))
    parquet = io.BytesIO()
    trials.to_parquet(parquet, index=False)
    write_atomically(folder / "trials.parquet", parquet.getvalue())
    return trials


def write_outcome(outcome: Outcome, plan: Plan, folder: Path, title: str | None, marks: Sequence[int]) -> None:
    """Writes `summary.csv`, `levels.csv`, `speedups.csv` and the figure, which names strategies that lack repeats."""
    for name in ("summary", "levels", "speedups"):
        write_atomically(folder / f"{name}.csv", _csv(getattr(outcome, name)))
    figure = _figure(outcome, plan, folder, title, marks)
    for suffix in FIGURES:
        save_figure(figure, folder / f"comparison.{suffix}")


def stored_figure(folder: Path, title: str | None, marks: Sequence[int]) -> "Figure":
    """Returns the figure of the trials in the folder of a comparison. Raises `NasplugError` where there are none.

    Strategies and repeats are those of the trials: the stored plan may have more, which are not finished.
    """
    outcome = Outcome.of(_read_trials(folder), (), load_goal(folder).objective)
    strategies, repeats = tuple(c.strategy for c in outcome.curves), max(c.repeats for c in outcome.curves)
    plan = attrs.evolve(Plan.load(folder), strategies=strategies, repeats=repeats)
    plan.check_marks(marks)
    return _figure(outcome, plan, folder, title, marks)


def _read_trials(folder: Path) -> "pd.DataFrame":
    import pandas as pd

    path = folder / "trials.csv"
    if not folder.is_dir():
        raise StorageError(f"There is no folder {folder}: name that of a comparison.")
    if not path.exists():
        raise StorageError(f"{folder} has no trials.csv: the comparison is not finished. Repeat its command.")
    try:
        return pd.read_csv(path)
    except (OSError, ValueError) as error:
        raise StorageError(f"{path} cannot be read ({error}). Repeat the command of the comparison.") from error


def _figure(outcome: Outcome, plan: Plan, folder: Path, title: str | None, marks: Sequence[int]) -> "Figure":
    repeats = f"{plan.repeats} repeats" if plan.repeats > 1 else "1 repeat"
    predicting = load_marks(folder)
    dotted = marks or sorted({predicting[text] for text in plan.strategies if text in predicting})
    title = title or f"{plan.space}, {repeats}"
    shown = {curves.strategy: curves.repeats for curves in outcome.curves}
    title += "".join(f"; without {text}" for text in plan.strategies if text not in shown)
    names = {
        text: label if shown.get(text) == plan.repeats else f"{label} ({shown.get(text, 0)} repeats)"
        for text, label in labels(plan.contenders).items()
    }
    return comparison_figure(outcome.curves, names, title, outcome.accuracy, dotted)


def _csv(table: "pd.DataFrame") -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))
