"""Whether any architecture keeps all bounds: told exactly where the space allows it."""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs

from nasplug.errors import Unsupported
from nasplug.experiments.profile.bounds import Bound
from nasplug.experiments.profile.samples import Figures, Meter, Samples
from nasplug.experiments.profile.size import all_networks
from nasplug.types import Architecture

if TYPE_CHECKING:
    import numpy as np

SECONDS = 10.0  # after which going through a whole space ends
DRAWS = 1000  # architectures of a latency window that are checked against the other bounds


@attrs.frozen
class Feasibility:
    """Whether the bounds can be met, None where that is not known; why; and an architecture that meets them."""

    can_be_met: bool | None
    reason: str
    example: Architecture | None = None


@attrs.frozen(eq=False)
class Question:
    """Can these bounds be met? `window` is the latency window among them."""

    meter: Meter
    bounds: Sequence[Bound]
    samples: Samples
    window: tuple[float, float] | None
    rng: "np.random.Generator"

    def answer(self) -> Feasibility:
        """Looks at the samples, then inside the latency window, then at the whole space where it is small."""
        reasons = []
        for look in (self._at_samples, self._inside_window, self._at_whole_space):
            answer = look()
            if answer is not None and answer.can_be_met is not None:
                return answer
            reasons += [answer.reason] if answer else []
        return Feasibility(None, " and ".join(reasons))

    def _at_samples(self) -> Feasibility:
        pairs = zip(self.samples.architectures, self.samples.figures, strict=True)
        inside = [architecture for architecture, figures in pairs if self._keeps_all(figures)]
        return _of_drawn(inside, f"{len(self.samples):,} samples")

    def _inside_window(self) -> Feasibility | None:
        if self.window is None or (device := self.meter.device) is None:
            return None
        low, high = self.window
        try:
            within = self.meter.hook.sample_within(device=device, low=low, high=high, count=DRAWS, rng=self.rng)
        except Unsupported as error:
            return Feasibility(False, str(error).rstrip("."))
        if within is None:
            return None
        return _of_drawn(list(filter(self._is_inside, within)), f"{len(within):,} drawn from the latency window")

    def _at_whole_space(self) -> Feasibility | None:
        """Goes through the space for some seconds; returns None where it is too large to begin with."""
        started, number = time.monotonic(), 0
        whole = all_networks(self.meter.hook, self.samples.architectures[0].space)
        for number, architecture in enumerate(whole or (), 1):
            if self._is_inside(architecture):
                return Feasibility(True, f"number {number:,} of all networks", architecture)
            if time.monotonic() - started > SECONDS:
                return Feasibility(None, f"none of the first {number:,} of all networks")
        is_sure = number and not self.meter.failures
        return Feasibility(False if is_sure else None, f"none of all {number:,} networks") if number else None

    def _is_inside(self, architecture: Architecture) -> bool:
        return self._keeps_all(self.meter.measure(architecture))

    def _keeps_all(self, figures: Figures) -> bool:
        return all(bound.keeps(figures) for bound in self.bounds)


def _of_drawn(inside: Sequence[Architecture], drawn: str) -> Feasibility:
    """Returns what architectures drawn at random say, given those of them that are inside."""
    reason = f"{f'{len(inside):,}' if inside else 'none'} of {drawn}"
    return Feasibility(True if inside else None, reason, inside[0] if inside else None)
