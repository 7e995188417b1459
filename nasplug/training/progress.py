"""How far a training has come: its losses, its time, and whether it still converges."""

import math
import time
from collections import deque
from collections.abc import Callable
from typing import Any

import attrs
import numpy as np

from nasplug.errors import NasplugError

SETTLE = 16  # steps whose losses are fetched together, so that a device need not wait for the host after each


class Diverged(NasplugError):
    """A training whose loss is no finite number any more."""


@attrs.define(eq=False)
class Progress:
    """`number` of `steps` steps are done; `losses` are those of the last epoch; `seconds` were spent before `started`.

    `report` is told of every few steps: their last number, their mean loss, and the seconds until then.
    """

    steps: int
    per_epoch: int
    report: Callable[[int, float, float], None]
    number: int = 0
    seconds: float = 0.0
    losses: deque[float] = attrs.field(init=False)
    started: float = attrs.field(factory=time.perf_counter)
    _pending: list[Any] = attrs.field(factory=list)

    def __attrs_post_init__(self) -> None:
        self.losses = deque(maxlen=max(self.per_epoch, 1))

    def add(self, loss: Any) -> None:
        """Counts one step; `loss` is a scalar tensor that may not be computed yet."""
        self._pending.append(loss)
        self.number += 1
        if len(self._pending) >= SETTLE:
            self.settle()

    def settle(self) -> None:
        """Waits for all steps so far. Raises `Diverged`, naming the step, where a loss is no finite number."""
        values = [float(loss) for loss in self._pending]
        first = self.number - len(values)
        self._pending.clear()
        for number, value in enumerate(values, first + 1):
            if not math.isfinite(value):
                raise Diverged(f"the training diverged: the loss is {value} at step {number} of {self.steps}")
        self.losses.extend(values)
        if values:
            self.report(self.number, float(np.mean(values)), self.elapsed)

    @property
    def mean_loss(self) -> float:
        """The mean training loss of the last epoch."""
        return float(np.mean(self.losses))

    @property
    def elapsed(self) -> float:
        """The seconds of training so far, those before an interruption included."""
        return self.seconds + time.perf_counter() - self.started
