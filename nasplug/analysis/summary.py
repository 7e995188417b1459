"""Mean, spread and quartiles of the incumbent's reported accuracy, by trainings and by training cost."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from nasplug.analysis.curves import Curves, Floats, by_cost


def summary(all_curves: Sequence[Curves]) -> pd.DataFrame:
    """Returns one row a strategy, axis (`trainings`, `cost` in seconds) and place on it.

    Columns: `strategy, by, x, repeats, mean, std, q25, median, q75`, accuracies in percent; `repeats` have a complete
    trial by then, and are what is described, where the mean line of the figure needs all repeats; `std` is that of a
    sample, empty for one repeat. A strategy one of whose repeats cost nothing (`free`) has no rows by cost.
    """
    parts = [_rows(c.strategy, "trainings", np.arange(1.0, c.reported.shape[1] + 1), c.reported) for c in all_curves]
    paid = [c for c in all_curves if not free(c)]
    if paid:
        axis, values = by_cost(paid)
        parts += [_rows(c.strategy, "cost", axis, v) for c, v in zip(paid, values, strict=True)]
    return pd.concat(parts, ignore_index=True)


def free(c: Curves) -> bool:
    """Returns whether one of the repeats cost nothing: what it reports by seconds of training is not defined."""
    return bool(c.cost[:, -1].min() <= 0)


def _rows(strategy: str, by: str, x: Floats, values: Floats) -> pd.DataFrame:
    """Describes `values` `[repeats, x]`; places where no repeat has a value are left out."""
    table = pd.DataFrame(values)
    quartiles = table.quantile([0.25, 0.5, 0.75])
    described = pd.DataFrame(
        {
            "strategy": strategy,
            "by": by,
            "x": x,
            "repeats": table.count(),
            "mean": table.mean(),
            "std": table.std(ddof=1),
            "q25": quartiles.loc[0.25],
            "median": quartiles.loc[0.5],
            "q75": quartiles.loc[0.75],
        }
    )
    return described[described["repeats"] > 0]
