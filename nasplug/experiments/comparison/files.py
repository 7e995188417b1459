"""The files of a finished comparison: trials, clock, summary, levels, speed-ups, figure."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.analysis.comparison_figure import comparison_figure
from nasplug.analysis.curves import COLUMNS, Curves, curves, need_columns
from nasplug.analysis.drawing import save
from nasplug.analysis.levels import default_levels, trainings_to
from nasplug.analysis.reported import reported_name
from nasplug.analysis.speedups import speedups
from nasplug.analysis.summary import free, summary
from nasplug.errors import StorageError
from nasplug.experiments.comparison.contender import labels
from nasplug.experiments.comparison.plan import Plan, marks_of
from nasplug.experiments.comparison.single_search import CLOCK
from nasplug.storage.atomic_files import write_atomically

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

FIGURES = ("png", "svg")
KEYS = ["strategy", "repeat", "number"]


@attrs.frozen(eq=False)
class Outcome:
    """What a comparison found: its curves, and the tables made of them."""

    accuracy: str
    curves: list[Curves]
    summary: "pd.DataFrame"
    levels: "pd.DataFrame"
    speedups: "pd.DataFrame"

    @classmethod
    def of(cls, trials: "pd.DataFrame", levels: Sequence[float]) -> "Outcome":
        """Returns the outcome of a tidy table of trials; without `levels`, at those where the strategies end."""
        need_columns(trials, (*COLUMNS, "state", "source"))
        finals = trials[(trials["purpose"] == "final") & (trials["state"] == "complete")]
        found = curves(trials)
        wanted = list(levels) or default_levels(found)
        name = reported_name(dict.fromkeys(finals["source"]))
        return cls(name, found, summary(found), trainings_to(found, wanted), speedups(found, wanted))

    def document(self) -> dict[str, Any]:
        """Returns what is printed as JSON."""
        tables: dict[str, pd.DataFrame] = {"levels": self.levels, "speedups": self.speedups}
        return {"accuracy": self.accuracy, "strategies": self.ends()} | {
            name: table.to_dict(orient="records") for name, table in tables.items()
        }

    def ends(self) -> list[dict[str, Any]]:
        """Returns each strategy's last row by trainings, `trainings` of its longest repeat: what it ends with."""
        last = self.summary[self.summary["by"] == "trainings"].groupby("strategy", sort=False).tail(1)
        rows: list[dict[str, Any]] = last.to_dict(orient="records")
        return [row | {"trainings": int(row["x"])} for row in rows]

    def remarks(self, plan: Plan) -> list[str]:
        """Returns what the tables leave empty or out, and why, in sentences."""
        there = [c.strategy for c in self.curves]
        found = [f"{s} is in no table: it suggested nothing." for s in plan.strategies if s not in there]
        found += [
            f"{empty} of {plan.repeats} repeats of {c.strategy} suggested nothing and are left out."
            for c in self.curves
            if (empty := plan.repeats - c.repeats)
        ]
        if any(c.repeats == 1 for c in self.curves):
            found.append("One repeat has no spread: std and intervals are empty. Raise --repeats.")
        if costless := [c.strategy for c in self.curves if free(c)]:
            found.append(f"No summary by cost of {', '.join(costless)}: a repeat of it cost no training.")
        for c in self.curves:
            if count := int((c.lengths < plan.budget).sum()):
                early = f"{count} of {c.repeats} repeats of {c.strategy} ended by themselves"
                found.append(f"{early}, the first after {c.lengths.min()} of {plan.budget} trainings.")
        return found


def write_trials(repeats: Iterable[list[dict[str, Any]]], folder: Path) -> "pd.DataFrame":
    """Returns the tidy table of all trials, and writes it as CSV and Parquet; clock columns go to `clock.csv`.

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
    """Writes `summary.csv`, `levels.csv`, `speedups.csv` and the figure."""
    for name in ("summary", "levels", "speedups"):
        write_atomically(folder / f"{name}.csv", _csv(getattr(outcome, name)))
    figure = _figure(outcome, plan, folder, title, marks)
    for form in FIGURES:
        save(figure, folder / f"comparison.{form}")


def figure_of(folder: Path, title: str | None, marks: Sequence[int]) -> "Figure":
    """Returns the figure of the trials in the folder of a comparison. Raises `NasplugError` where there are none.

    The plan may have gone on since they were written: strategies and repeats are those of the table.
    """
    outcome = Outcome.of(_read_trials(folder), ())
    strategies, repeats = tuple(c.strategy for c in outcome.curves), max(c.repeats for c in outcome.curves)
    there = attrs.evolve(Plan.of(folder), strategies=strategies, repeats=repeats)
    there.check_marks(marks)
    return _figure(outcome, there, folder, title, marks)


def _read_trials(folder: Path) -> "pd.DataFrame":
    import pandas as pd

    table = folder / "trials.csv"
    if not folder.is_dir():
        raise StorageError(f"There is no folder {folder}: name that of a comparison.")
    if not table.exists():
        raise StorageError(f"{folder} has no trials.csv: the comparison is not finished. Repeat its command.")
    try:
        return pd.read_csv(table)
    except (OSError, ValueError) as error:
        raise StorageError(f"{table} cannot be read ({error}). Repeat the command of the comparison.") from error


def _figure(outcome: Outcome, plan: Plan, folder: Path, title: str | None, marks: Sequence[int]) -> "Figure":
    many = f"{plan.repeats} repeats" if plan.repeats > 1 else "1 repeat"
    predicting = marks_of(folder)
    dotted = marks or sorted({predicting[text] for text in plan.strategies if text in predicting})
    named = labels(plan.contenders)
    return comparison_figure(outcome.curves, named, title or f"{plan.space}, {many}", outcome.accuracy, dotted)


def _csv(table: "pd.DataFrame") -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))
