"""Random architectures inside a latency window: sampled by the space itself, or by rejection."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.engine.latency_window import DRAWS, Draws
from nasplug.engine.settings import check_window
from nasplug.errors import SpaceExhausted
from nasplug.types import Architecture

if TYPE_CHECKING:
    import pluggy


@attrs.frozen
class Window:
    """A window of latencies. Raises `UsageError` unless 0 ≤ `low` < `high`."""

    device: str  # where latencies are measured
    low: float  # the lowest latency in milliseconds
    high: float  # the highest latency in milliseconds

    def __attrs_post_init__(self) -> None:
        check_window(self.low, self.high)

    def sample(self, hook: "pluggy.HookRelay", count: int, rng: np.random.Generator) -> list[Architecture]:
        """Returns at most `count` random architectures inside the window, one of those with equal networks.

        There are fewer where equal networks were sampled, or where rejection found fewer in 100,000 samples or in two
        minutes without a new one. Raises `Unsupported` for a device that the space does not know, `SpaceExhausted`
        where nothing is found inside.
        """
        sampled = hook.sample_within(device=self.device, low=self.low, high=self.high, count=count, rng=rng)
        if sampled is None:
            sampled = self._sample_by_rejection(hook, count, rng)
        first_of_each = {hook.canonical(architecture=a): a for a in reversed(sampled)}
        return list(first_of_each.values())[::-1]

    def _sample_by_rejection(
        self, hook: "pluggy.HookRelay", count: int, rng: np.random.Generator
    ) -> Sequence[Architecture]:
        draws, inside = Draws(self.low, self.high), list[Architecture]()
        while len(inside) < count and draws.count < DRAWS and draws.may_go_on():
            architecture = hook.sample(rng=rng)
            if draws.add(architecture, hook.measure_latency(architecture=architecture, device=self.device)):
                inside.append(architecture)
        if not inside:
            raise SpaceExhausted(
                f"No architecture was found with {self.low:g}:{self.high:g} ms on {self.device}: {draws}. "
                f"{draws.advice()}"
            )
        return inside
