"""What was found out about a space: sizes, the spread of its figures, and how much of it lies inside the bounds."""

from collections.abc import Sequence
from typing import Any

import attrs
import numpy as np

from nasplug.experiments.profile.bounds import Bound
from nasplug.experiments.profile.feasibility import Feasibility
from nasplug.experiments.profile.samples import Samples
from nasplug.experiments.profile.share import Share
from nasplug.experiments.profile.size import Count

QUANTILES = {"5 %": 0.05, "25 %": 0.25, "median": 0.5, "75 %": 0.75, "95 %": 0.95}


@attrs.frozen(eq=False)
class Profile:
    """The answers to a plan. `feasibility` is None without bounds; `failures` are latencies that raised."""

    space: str
    codes: Count
    networks: Count
    samples: Samples
    bounds: Sequence[Bound]
    feasibility: Feasibility | None
    failures: Sequence[str]

    def spread(self) -> dict[str, dict[str, float]]:
        """Returns minimum, quantiles and maximum of each figure that any sample has, by name."""
        columns = {name: self.samples.values(name) for name in self.samples.names}
        levels = {"minimum": 0.0, **QUANTILES, "maximum": 1.0}
        return {
            name: {label: float(np.quantile(values, level, method="inverted_cdf")) for label, level in levels.items()}
            for name, values in columns.items()
            if len(values)
        }

    def share(self, bounds: Sequence[Bound]) -> Share:
        """Returns how many samples keep some of the bounds."""
        inside = sum(all(bound.keeps(figures) for bound in bounds) for figures in self.samples.figures)
        return Share(inside, len(self.samples))

    def advice(self) -> list[str]:
        """Returns sentences that say which bounds keep all samples out; none where the bounds can be met."""
        if self.feasibility is None or self.feasibility.can_be_met:
            return []
        blocking = [bound for bound in self.bounds if not self.share([bound]).inside]
        if not blocking:
            return ["Each bound alone is kept by some samples, all of them together by none: widen one."]
        nearest = [(bound, bound.nearest(self.samples.values(bound.name).tolist())) for bound in blocking]
        return [f"No sample keeps {bound.text}: the nearest has {value:,.6g}." for bound, value in nearest if value]

    def document(self) -> dict[str, Any]:
        """Returns all of it as values for JSON."""
        return {
            "space": self.space,
            "codes": attrs.asdict(self.codes),
            "networks": attrs.asdict(self.networks),
            "samples": len(self.samples),
            "figures": self.spread(),
            "bounds": {bound.text: _document(self.share([bound])) for bound in self.bounds},
            "inside": _document(self.share(self.bounds)) if self.bounds else None,
            "can_be_met": self.feasibility and self.feasibility.can_be_met,
            "reason": self.feasibility and self.feasibility.reason,
            "example": self.feasibility and self.feasibility.example,
            "failures": list(self.failures),
        }


def _document(share: Share) -> dict[str, Any]:
    return {"samples": share.inside, "share": share.value, "interval": list(share.interval)}
