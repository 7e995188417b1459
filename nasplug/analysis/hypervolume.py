"""The hypervolume that points dominate, exact for any number of objectives.

Scores are `[n, m]`: n points, m objectives, of each of which more is better. The method is WFG: While, Bradstreet and
Barone, "A fast way of calculating exact hypervolumes", IEEE Transactions on Evolutionary Computation 16 (2012).
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from nasplug.engine.objectives import undominated

Scores = Sequence[Sequence[float]]


def hypervolumes(scores: Scores, reference: Sequence[float]) -> list[float]:
    """Returns the hypervolume after 1, 2, … points, above the reference `[m]`; it never falls.

    What is worse than the reference in one objective, or as bad, adds nothing.
    """
    total, volumes = 0.0, []
    front = np.zeros((0, len(reference)))  # [f, m], of the points so far
    for point in np.maximum(np.asarray(scores, dtype=float) - np.asarray(reference), 0.0):
        if point.all() and not (front >= point).all(axis=1).any():
            total += _added(point, front)
            front = np.vstack([front[~(front <= point).all(axis=1)], point])
        volumes.append(total)
    return volumes


def _added(point: Any, others: Any) -> float:
    """Returns how much of the box from 0 to a point `[m]` those to the other points `[n, m]` leave free."""
    return max(float(point.prod()) - _volume(np.minimum(others, point)), 0.0)


def _volume(points: Any) -> float:
    """Returns the volume of the boxes from 0 to the points `[n, m]`, one objective less with each call of itself."""
    if len(points) == 0 or points.shape[1] == 1:
        return float(points.max(initial=0.0))
    front = points[undominated(points)]
    front = front[np.argsort(-front[:, -1])]  # so that all before a point are at least as high as it
    return float(sum(p[-1] * _added(p[:-1], front[:i, :-1]) for i, p in enumerate(front)))
