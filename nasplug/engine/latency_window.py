"""A plugin that keeps `sample` and `mutate` inside a latency window, for every strategy."""

from typing import TYPE_CHECKING, Any

from nasplug.errors import Unsupported
from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture

if TYPE_CHECKING:
    import numpy as np
    import pluggy

DRAWS = 100_000


class LatencyWindow:
    """Answers `sample` and `mutate` in place of the space, with architectures inside the window alone.

    A sample comes from the space's `sample_within` where it has that hook. Otherwise the space draws until a latency
    lies inside, which keeps the space's own distribution.
    """

    def __init__(self, manager: "pluggy.PluginManager", low: float, high: float, device: str) -> None:
        """Makes the plugin.

        Args:
            manager: the manager in which this plugin is registered.
            low: the lowest latency, in milliseconds.
            high: the highest latency, in milliseconds.
            device: the device on which latency counts.
        """
        self.manager, self.low, self.high, self.device = manager, low, high, device

    @hookimpl(tryfirst=True)
    def sample(self, rng: "np.random.Generator") -> Architecture:
        """Returns a random architecture inside the window."""
        inside = self.manager.hook.sample_within(device=self.device, low=self.low, high=self.high, count=1, rng=rng)
        return self._within("sample", rng=rng) if inside is None else inside[0]

    @hookimpl(tryfirst=True)
    def mutate(self, architecture: Architecture, rng: "np.random.Generator") -> Architecture:
        """Returns a neighbour inside the window."""
        return self._within("mutate", architecture=architecture, rng=rng)

    def _within(self, name: str, **arguments: Any) -> Architecture:
        """Draws with the space's own hook `name` until a latency lies inside. Raises `Unsupported` after `DRAWS`."""
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
