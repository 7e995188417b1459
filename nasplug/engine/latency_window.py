"""Keeps a space's `sample` and `mutate` inside a latency window, for every strategy."""

from typing import TYPE_CHECKING, Any

from nasplug.errors import Unsupported
from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture

if TYPE_CHECKING:
    import numpy as np
    import pluggy

DRAWS = 100_000


class LatencyWindow:
    """Answers `sample` and `mutate` before the space does.

    A sample is the space's own `sample_within` where it has one; all else is rejection, so that the distribution
    stays the space's own.
    """

    def __init__(self, manager: "pluggy.PluginManager", low: float, high: float, device: str) -> None:
        """`low` and `high` in milliseconds on `device`; `manager` is the one that this plugin is registered with."""
        self.manager, self.low, self.high, self.device = manager, low, high, device

    @hookimpl(tryfirst=True)
    def sample(self, rng: "np.random.Generator") -> Architecture:
        inside = self.manager.hook.sample_within(device=self.device, low=self.low, high=self.high, count=1, rng=rng)
        return self._within("sample", rng=rng) if inside is None else inside[0]

    @hookimpl(tryfirst=True)
    def mutate(self, architecture: Architecture, rng: "np.random.Generator") -> Architecture:
        return self._within("mutate", architecture=architecture, rng=rng)

    def _within(self, name: str, **arguments: Any) -> Architecture:
        draw = self.manager.subset_hook_caller(name, [self])
        measure = self.manager.hook.measure_latency
        for _ in range(DRAWS):
            architecture: Architecture = draw(**arguments)
            if self.low <= measure(architecture=architecture, device=self.device) <= self.high:
                return architecture
        raise Unsupported(
            f"None of {DRAWS:,} architectures drawn by {name} has a latency of {self.low:g}:{self.high:g} ms on "
            f"{self.device}. Widen the window."
        )
