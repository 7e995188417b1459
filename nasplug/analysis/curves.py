"""What is reported of the incumbent as trainings go by: one curve a repeat, for each strategy."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nasplug.errors import UsageError
from nasplug.types import ACCURACY, Objective

Floats = NDArray[np.float64]
COLUMNS = ("strategy", "repeat", "number", "purpose", "cost", "reported")
GRID = 200  # points of the axis of training cost


@attrs.frozen(eq=False)
class Curves:
    """The curves of one strategy, one row a repeat. A repeat that ended early keeps its last values to the end.

    `reported[r, i]` is what repeat r reports after i + 1 trainings, NaN where no trial is complete yet or the final
    evaluation of the incumbent failed.
    """

    strategy: str
    reported: Floats  # [repeats, trainings], values of the objective
    cost: Floats  # [repeats, trainings], seconds that all trainings so far have cost
    lengths: NDArray[np.int64]  # [repeats], trainings of each repeat
    objective: Objective = ACCURACY

    @property
    def repeats(self) -> int:
        """How many repeats there are."""
        return len(self.reported)

    @property
    def mean(self) -> Floats:
        """The mean over repeats after 1, 2, … trainings; NaN while one repeat has none complete."""
        return np.asarray(self.reported.mean(axis=0))

    @property
    def std(self) -> Floats:
        """The standard deviation of the repeats after 1, 2, … trainings; 0 of a single one, NaN where the mean is."""
        return np.asarray(self.reported.std(axis=0, ddof=1 if self.repeats > 1 else 0))


def curves(trials: pd.DataFrame, objective: Objective = ACCURACY) -> list[Curves]:
    """Returns the curves of every strategy in a tidy table of trials, in the order of the table.

    `objective` is what the table reports.

    Raises `UsageError` for missing columns, an empty table, or a repeat that reports nothing in the end.
    """
    require_columns(trials, COLUMNS)
    searched = trials[trials["purpose"] == "search"]
    if searched.empty:
        raise UsageError("There are no trials to compare: the table is empty.")
    return [_strategy_curves(str(name), part, objective) for name, part in searched.groupby("strategy", sort=False)]


def require_columns(trials: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raises `UsageError`, with the columns that there are, unless the table of trials has all `columns`."""
    missing = [column for column in columns if column not in trials]
    if missing:
        raise UsageError(f"The table of trials lacks the columns {', '.join(missing)}; there are {list(trials)}.")


def by_cost(all_curves: list[Curves]) -> tuple[Floats, list[Floats]]:
    """Returns a common axis of training cost, and what each strategy reports along it.

    Returns:
        The axis `[g]` in seconds, and `[repeats, g]` values of each strategy, NaN beyond the cost of its cheapest
        repeat
    """
    axis = np.linspace(0.0, max(float(curves.cost[:, -1].min()) for curves in all_curves), GRID + 1)[1:]
    return axis, [_at_costs(curves, axis) for curves in all_curves]


def _strategy_curves(name: str, trials: pd.DataFrame, objective: Objective) -> Curves:
    trials = trials.sort_values(["repeat", "number"], kind="stable")
    training = trials.groupby("repeat", sort=True).cumcount()
    lengths = trials.groupby("repeat", sort=True).size().to_numpy()
    wide: Any = trials.assign(training=training).pivot(index="repeat", columns="training", values=["reported", "cost"])
    reported = _continue_last(wide["reported"].to_numpy(dtype=float), lengths)
    cost = wide["cost"].astype(float).fillna(0.0).cumsum(axis=1).to_numpy()
    _require_ends(name, wide.index[~np.isfinite(reported[:, -1])].tolist(), len(wide))
    return Curves(name, reported, cost, lengths, objective)


def _continue_last(values: Floats, lengths: NDArray[np.int64]) -> Floats:
    """Returns `values` `[repeats, trainings]` where each row keeps its last value beyond its length `[repeats]`."""
    beyond = np.arange(values.shape[1]) >= lengths[:, None]  # [repeats, trainings]
    return np.where(beyond, values[np.arange(len(values)), lengths - 1][:, None], values)


def _require_ends(name: str, without_end: list[int], repeats: int) -> None:
    """Raises `UsageError` where some repeats, `without_end`, report nothing after their last training."""
    if not without_end:
        return
    listed = ", ".join(map(str, without_end[:5])) + (", …" if len(without_end) > 5 else "")
    raise UsageError(
        f"{len(without_end)} of {repeats} repeats of {name!r} report nothing in the end ({listed}): all their trials "
        "failed or broke a limit, or the final evaluation of the incumbent failed. The column 'error' of trials.csv "
        "says why. If the cause is gone, remove their files below repeats/ and run the command again; if they fail "
        "again, name another --seed and another --out."
    )


def _at_costs(curves: Curves, axis: Floats) -> Floats:
    """Returns `[repeats, g]`, what each repeat reports once it has cost `axis` `[g]` seconds."""
    values = np.full((curves.repeats, len(axis)), np.nan)
    for row, (cost, reported) in enumerate(zip(curves.cost, curves.reported, strict=True)):
        finished = np.searchsorted(cost, axis, side="right")  # [g], trainings finished by then
        values[row] = np.where(finished > 0, reported[np.maximum(finished, 1) - 1], np.nan)
    values[:, axis > curves.cost[:, -1].min()] = np.nan
    return values
