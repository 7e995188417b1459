"""How far a training has come: its losses, its time, and whether it still converges."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from nasplug.errors import NasplugError

Report = Callable[[int, float, float], None]  # step number, mean loss, seconds of training until then
FETCHED_TOGETHER = 16  # losses that are fetched at once, so that a device need not wait for the host after each step


class Diverged(NasplugError):
    """A training whose loss is no finite number any more."""


@attrs.define(eq=False)
class Progress:
    """`number` of `steps` steps are done; `losses` are those of the last epoch.

    `report` is called every few steps with their last number and their mean loss.
    `seconds` were spent before `started`, where an interrupted training is resumed.
    """

    steps: int
    losses: deque[float]
    report: Report
    number: int = 0
    seconds: float = 0.0
    started: float = attrs.field(factory=time.perf_counter)
    _pending: list[Any] = attrs.field(factory=list)

    def add(self, loss: Any) -> None:
        """Counts one step; `loss` is a scalar tensor that may not be computed yet."""
        self._pending.append(loss)
        self.number += 1
        if len(self._pending) >= FETCHED_TOGETHER:
            self.fetch_losses()

    def fetch_losses(self) -> None:
        """Waits for all steps so far. Raises `Diverged`, naming the step, where a loss is no finite number."""
        losses = [float(loss) for loss in self._pending]
        first = self.number - len(losses)
        self._pending.clear()
        for number, loss in enumerate(losses, first + 1):
            if not math.isfinite(loss):
                raise Diverged(f"The training diverged: the loss is {loss} at step {number} of {self.steps}.")
        self.losses.extend(losses)
        if losses:
            self.report(self.number, float(np.mean(losses)), self.elapsed)

    @property
    def mean_loss(self) -> float:
        """The mean training loss of the last epoch."""
        return float(np.mean(self.losses))

    @property
    def elapsed(self) -> float:
        """The seconds of training so far, those before an interruption included."""
        return self.seconds + time.perf_counter() - self.started
