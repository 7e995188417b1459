"""A plugin that keeps `sample` and `mutate` inside a latency window, for every strategy."""

from typing import TYPE_CHECKING, Any

import attrs

from nasplug.engine.measures import measured_latency
from nasplug.errors import PluginError, Unsupported
from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture

if TYPE_CHECKING:
    import numpy as np
    import pluggy

DRAWS = 100_000


@attrs.frozen(eq=False)
class LatencyWindow:
    """Answers `sample` and `mutate` in place of the space, with architectures inside the window alone.

    A sample comes from the space's `sample_within` where it has that hook. Otherwise the space draws until a latency
    lies inside, which keeps the space's own distribution. `manager` is the one in which this plugin is registered;
    `low` and `high` are in milliseconds on `device`; `space` is the name of the space, for messages.
    """

    manager: "pluggy.PluginManager"
    low: float
    high: float
    device: str
    space: str

    @hookimpl(tryfirst=True)
    def sample(self, rng: "np.random.Generator") -> Architecture:
        """Returns a random architecture inside the window. Raises `PluginError` for a wrong answer of the space."""
        window: dict[str, Any] = {"device": self.device, "low": self.low, "high": self.high}
        answer: list[Architecture] | None = self.manager.hook.sample_within(count=1, rng=rng, **window)
        if answer is None:
            return self._within("sample", rng=rng)
        if [self._contains(architecture) for architecture in answer] != [True]:
            raise PluginError(
                f"The space {self.space!r} was asked by sample_within for one architecture of {self.low:g}:"
                f"{self.high:g} ms on {self.device}, and answered {list(map(str, answer))}."
            )
        return answer[0]

    @hookimpl(tryfirst=True)
    def mutate(self, architecture: Architecture, rng: "np.random.Generator") -> Architecture:
        """Returns a neighbour inside the window."""
        return self._within("mutate", architecture=architecture, rng=rng)

    def _within(self, name: str, **arguments: Any) -> Architecture:
        """Draws with the space's own hook `name` until a latency lies inside. Raises `Unsupported` after `DRAWS`."""
        draw = self.manager.subset_hook_caller(name, [self])
        for _ in range(DRAWS):
            architecture: Architecture = draw(**arguments)
            if self._contains(architecture):
                return architecture
        raise Unsupported(
            f"None of {DRAWS:,} architectures drawn by {name} has a latency of {self.low:g}:{self.high:g} ms on "
            f"{self.device}. Widen the window."
        )

    def _contains(self, architecture: Architecture) -> bool:
        return self.low <= measured_latency(self.manager.hook, architecture, self.device) <= self.high
