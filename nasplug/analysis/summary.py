"""Mean, spread and quartiles of what is reported of the incumbent, by trainings and by training cost."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats, by_cost


def summary(all_curves: Sequence[Curves]) -> pd.DataFrame:
    """Returns statistics of what is reported along the trainings and along their cost.

    The columns are `strategy`, `by` (`trainings`, or `cost` in seconds), `x` (the place on that axis), `repeats`,
    `mean`, `std` (of a sample; NaN for one repeat), `q25`, `median` and `q75`. They describe the `repeats` that have a
    complete trial by then. A strategy with a repeat that cost nothing has no rows by cost.
    """
    tables = [
        _describe(curves.strategy, "trainings", np.arange(1.0, curves.reported.shape[1] + 1), curves.reported)
        for curves in all_curves
    ]
    with_cost = [curves for curves in all_curves if not costs_nothing(curves)]
    if with_cost:
        axis, values = by_cost(with_cost)
        pairs = zip(with_cost, values, strict=True)
        tables += [_describe(curves.strategy, "cost", axis, reported) for curves, reported in pairs]
    return pd.concat(tables, ignore_index=True)


def costs_nothing(curves: Curves) -> bool:
    """Returns whether a repeat of the strategy cost no second of training, so that it has no curve by cost."""
    return bool(curves.cost[:, -1].min() <= 0)


def _describe(strategy: str, by: str, x: Floats, values: Floats) -> pd.DataFrame:
    """Returns the statistics of `values` `[repeats, x]` at each `x` where a repeat has a value."""
    table = pd.DataFrame(values)
    quartiles = table.quantile([0.25, 0.5, 0.75]).T.set_axis(["q25", "median", "q75"], axis="columns")
    names = {"strategy": strategy, "by": by, "x": x}
    moments = {"repeats": table.count(), "mean": table.mean(), "std": table.std(ddof=1)}
    described = pd.DataFrame(names | moments).join(quartiles)
    return described[described["repeats"] > 0]
