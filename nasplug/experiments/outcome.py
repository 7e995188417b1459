"""The files of a finished comparison: trials, clock, summary, levels, speed-ups, figure."""

import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import attrs

from nasplug.analysis.comparison_figure import comparison_figure
from nasplug.analysis.curves import Curves, curves
from nasplug.analysis.drawing import save
from nasplug.analysis.levels import default_levels, trainings_to
from nasplug.analysis.reported import reported_name
from nasplug.analysis.speedups import speedups
from nasplug.analysis.summary import summary
from nasplug.errors import StorageError
from nasplug.experiments.contender import Contender, labels
from nasplug.experiments.files import write
from nasplug.experiments.plan import Plan
from nasplug.experiments.repeat import CLOCK

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
        """Returns each strategy's last row by trainings: what it ends with."""
        last = self.summary[self.summary["by"] == "trainings"].groupby("strategy", sort=False).tail(1)
        found: list[dict[str, Any]] = last.to_dict(orient="records")
        return found


def default_marks(contenders: Sequence[Contender]) -> list[int]:
    """Returns where predictions begin in strategies that were given the option `n`, as far as they were."""
    return sorted({int(n) for contender in contenders if (n := contender.options.get("n", "")).isdigit()})


def write_trials(repeats: Iterable[list[dict[str, Any]]], folder: Path) -> "pd.DataFrame":
    """Returns the tidy table of all trials, and writes it as CSV and Parquet; clock columns go to `clock.csv`."""
    import pandas as pd

    table = pd.concat([pd.DataFrame(rows) for rows in repeats if rows], ignore_index=True)
    trials = table.drop(columns=list(CLOCK))
    write(folder / "clock.csv", _csv(table[[*KEYS, *CLOCK]]))
    write(folder / "trials.csv", _csv(trials))
    parquet = io.BytesIO()
    trials.to_parquet(parquet, index=False)
    write(folder / "trials.parquet", parquet.getvalue())
    return trials


def write_outcome(outcome: Outcome, plan: Plan, folder: Path, title: str | None, marks: Sequence[int]) -> None:
    """Writes `summary.csv`, `levels.csv`, `speedups.csv` and the figure."""
    for name in ("summary", "levels", "speedups"):
        write(folder / f"{name}.csv", _csv(getattr(outcome, name)))
    figure = _figure(outcome, plan, title, marks)
    for form in FIGURES:
        save(figure, folder / f"comparison.{form}")


def figure_of(folder: Path, title: str | None, marks: Sequence[int]) -> "Figure":
    """Returns the figure of a finished comparison. Raises `NasplugError` for a folder that holds none."""
    import pandas as pd

    plan = Plan.of(folder)
    table = folder / "trials.csv"
    if not table.exists():
        raise StorageError(f"{folder} has no trials.csv: the comparison is not finished. Repeat its command.")
    return _figure(Outcome.of(pd.read_csv(table), ()), plan, title, marks)


def _figure(outcome: Outcome, plan: Plan, title: str | None, marks: Sequence[int]) -> "Figure":
    many = f"{plan.repeats} repeats" if plan.repeats > 1 else "1 repeat"
    dotted = marks or default_marks(plan.contenders)
    named = labels(plan.contenders)
    return comparison_figure(outcome.curves, named, title or f"{plan.space}, {many}", outcome.accuracy, dotted)


def _csv(table: "pd.DataFrame") -> str:
    return str(table.to_csv(index=False, lineterminator="\n"))
