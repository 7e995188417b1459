"""The reported accuracy of the incumbent as trainings go by: one curve a repeat, for each strategy."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nasplug.errors import UsageError

Floats = NDArray[np.float64]
COLUMNS = ("strategy", "repeat", "number", "purpose", "cost", "reported")
GRID = 200  # points of the axis of training cost


@attrs.frozen(eq=False)
class Curves:
    """The curves of one strategy: `reported` `[repeats, trainings]` in percent, `cost` as cumulative seconds.

    Entry `[r, i]` is what repeat r reports after i + 1 trainings, NaN while it has no complete trial or the final
    evaluation of its incumbent failed. A repeat that ended early keeps its incumbent and its cost.
    """

    strategy: str
    reported: Floats
    cost: Floats
    lengths: NDArray[np.int64]  # [repeats], trainings that each made

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


def curves(trials: pd.DataFrame) -> list[Curves]:
    """Returns the curves of every strategy in a tidy table of trials, in the order of the table.

    Raises `UsageError` for missing columns, an empty table, or a repeat that reports nothing in the end.
    """
    need_columns(trials, COLUMNS)
    searched = trials[trials["purpose"] == "search"]
    if searched.empty:
        raise UsageError("There are no trials to compare: the table is empty.")
    return [_of(str(name), part) for name, part in searched.groupby("strategy", sort=False)]


def need_columns(trials: pd.DataFrame, columns: Sequence[str]) -> None:
    """Raises `UsageError`, with the columns that there are, unless the table of trials has all `columns`."""
    missing = [column for column in columns if column not in trials]
    if missing:
        raise UsageError(f"The table of trials lacks the columns {', '.join(missing)}; there are {list(trials)}.")


def by_cost(all_curves: list[Curves]) -> tuple[Floats, list[Floats]]:
    """Returns a common axis of training cost `[g]` in seconds and, for each strategy, what it reports `[repeats, g]`.

    A strategy's values end, as NaN, where its first repeat has used its whole cost.
    """
    axis = np.linspace(0.0, max(float(c.cost[:, -1].min()) for c in all_curves), GRID + 1)[1:]
    return axis, [_at_costs(c, axis) for c in all_curves]


def _of(name: str, part: pd.DataFrame) -> Curves:
    order = part.sort_values(["repeat", "number"], kind="stable")
    place = order.groupby("repeat", sort=True).cumcount()
    wide = _table(order, place, "reported")
    lengths = order.groupby("repeat", sort=True).size().to_numpy()
    reported = _kept(wide.to_numpy(dtype=float), lengths)
    cost = _table(order, place, "cost").fillna(0.0).cumsum(axis=1).to_numpy(dtype=float)
    _need_ends(name, wide.index[~np.isfinite(reported[:, -1])].tolist(), len(wide))
    return Curves(name, reported, cost, lengths)


def _table(order: pd.DataFrame, place: "pd.Series[int]", column: str) -> pd.DataFrame:
    wide: Any = order.assign(place=place).pivot(index="repeat", columns="place", values=column)
    return pd.DataFrame(wide.sort_index().sort_index(axis=1)).astype(float)


def _kept(values: Floats, lengths: NDArray[np.int64]) -> Floats:
    """Returns `values` `[repeats, trainings]` where each row keeps its last value beyond its length `[repeats]`."""
    beyond = np.arange(values.shape[1]) >= lengths[:, None]
    return np.where(beyond, values[np.arange(len(values)), lengths - 1][:, None], values)


def _need_ends(name: str, silent: list[int], repeats: int) -> None:
    if not silent:
        return
    which = ", ".join(map(str, silent[:5])) + (", …" if len(silent) > 5 else "")
    raise UsageError(
        f"{len(silent)} of {repeats} repeats of {name!r} report nothing in the end ({which}): all their trials, or the "
        "final evaluation of the incumbent, failed. 'error' in trials.csv says why. Where that has passed, remove "
        "their files below repeats/ and repeat the command; where they fail again, name another --seed and --out."
    )


def _at_costs(c: Curves, axis: Floats) -> Floats:
    values = np.full((c.repeats, len(axis)), np.nan)
    for row, (cost, reported) in enumerate(zip(c.cost, c.reported, strict=True)):
        done = np.searchsorted(cost, axis, side="right")  # trainings finished by then
        values[row] = np.where(done > 0, reported[np.maximum(done, 1) - 1], np.nan)
    values[:, axis > c.cost[:, -1].min()] = np.nan
    return values
