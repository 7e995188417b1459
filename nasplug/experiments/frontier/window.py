"""Random architectures inside a latency window: sampled by the space itself, or by rejection."""

from collections.abc import Sequence
from itertools import islice
from typing import TYPE_CHECKING

import attrs
import numpy as np

from nasplug.engine.latency_window import DRAWS
from nasplug.engine.settings import check_window
from nasplug.errors import Unsupported
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

        There are fewer where equal networks were sampled, or where rejection found fewer in 100,000 samples. Raises
        `Unsupported` for a device that the space does not know, or where nothing is found inside.
        """
        sampled = hook.sample_within(device=self.device, low=self.low, high=self.high, count=count, rng=rng)
        if sampled is None:
            sampled = self._sample_by_rejection(hook, count, rng)
        first_of_each = {hook.canonical(architecture=a): a for a in reversed(sampled)}
        return list(first_of_each.values())[::-1]

    def _sample_by_rejection(
        self, hook: "pluggy.HookRelay", count: int, rng: np.random.Generator
    ) -> Sequence[Architecture]:
        def is_inside(architecture: Architecture) -> bool:
            return bool(self.low <= hook.measure_latency(architecture=architecture, device=self.device) <= self.high)

        samples = (hook.sample(rng=rng) for _ in range(DRAWS))
        inside = list(islice(filter(is_inside, samples), count))
        if not inside:
            raise Unsupported(
                f"None of {DRAWS:,} architectures sampled has a latency of {self.low:g}:{self.high:g} ms on "
                f"{self.device}. Widen the window."
            )
        return inside
