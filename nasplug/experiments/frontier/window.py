"""Architectures inside a latency window: drawn by the space itself, or by rejection."""

from collections.abc import Sequence
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
    """From `low` to `high` milliseconds on `device`. Raises `UsageError` where that is no window."""

    device: str
    low: float
    high: float

    def __attrs_post_init__(self) -> None:
        check_window(self.low, self.high)

    def sample(self, hook: "pluggy.HookRelay", count: int, rng: np.random.Generator) -> list[Architecture]:
        """Returns `count` random architectures inside, those with equal networks once.

        There are fewer of them where networks came again, and of a space without `sample_within` where 100,000 draws
        gave no more.

        Raises `Unsupported` for a device that the space does not know, or where nothing is found inside.
        """
        inside = hook.sample_within(device=self.device, low=self.low, high=self.high, count=count, rng=rng)
        drawn = self._rejecting(hook, count, rng) if inside is None else inside
        return list({hook.canonical(architecture=a): a for a in reversed(drawn)}.values())[::-1]

    def _rejecting(self, hook: "pluggy.HookRelay", count: int, rng: np.random.Generator) -> Sequence[Architecture]:
        found: list[Architecture] = []
        for _ in range(DRAWS):
            architecture = hook.sample(rng=rng)
            latency = hook.measure_latency(architecture=architecture, device=self.device)
            if self.low <= latency <= self.high:
                found.append(architecture)
                if len(found) == count:
                    break
        if not found:
            raise Unsupported(
                f"None of {DRAWS:,} architectures drawn has a latency of {self.low:g}:{self.high:g} ms on "
                f"{self.device}. Widen the window."
            )
        return found
