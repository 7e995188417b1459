"""The bounds of a search that can be checked without an evaluation."""

import math
from collections.abc import Iterable, Mapping, Sequence

import attrs

from nasplug.engine.objectives import UNITS, Limit
from nasplug.errors import UsageError, did_you_mean


@attrs.frozen
class Bound:
    """One bound as it is shown, and the limits of one figure that it consists of."""

    text: str
    limits: tuple[Limit, ...]

    @property
    def name(self) -> str:
        """The name of the figure."""
        return self.limits[0].name

    def keeps(self, figures: Mapping[str, float]) -> bool:
        """Returns whether the figures of an architecture keep the bound; one that is not known does not."""
        return all(limit.holds(figures.get(limit.name, math.nan)) for limit in self.limits)

    def nearest(self, values: Iterable[float]) -> float | None:
        """Returns the value that is nearest to the bound; None of no values."""
        return min(values, key=lambda value: min(abs(value - limit.bound) for limit in self.limits), default=None)


def bounds_of(limits: Sequence[str], device: str | None, window: tuple[float, float] | None) -> list[Bound]:
    """Returns the bounds of a run with these limits and this latency window. Raises `UsageError` for a wrong limit."""
    bounds = [Bound(str(limit), (limit,)) for limit in map(Limit.parse, limits)]
    if window is None:
        return bounds
    low, high = window
    both = (Limit("latency", ">=", low), Limit("latency", "<=", high))
    return [Bound(f"{low:g}:{high:g} ms on {device}", both), *bounds]


def check_names(bounds: Iterable[Bound], known: Sequence[str], space: str) -> None:
    """Raises `UsageError` for a bound on a figure that is not among those known without an evaluation."""
    for bound in bounds:
        if bound.name not in known:
            more = "" if "latency" in known else " With --device it knows latency."
            raise UsageError(
                f"The space {space!r} does not know {bound.name} without an evaluation, so that {bound.text} cannot be "
                f"checked.{did_you_mean(bound.name, known)} It knows {', '.join(known) or 'nothing'}.{more} "
                "A run checks limits on other figures after each evaluation."
            )


def labelled(name: str) -> str:
    """Returns the name of a figure with its unit, for tables."""
    return f"{name} ({UNITS[name]})" if name in UNITS else name
