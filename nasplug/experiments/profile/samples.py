"""Random architectures of a space, with all that is known of them without an evaluation."""

import math
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

import attrs
import numpy as np
from numpy.typing import NDArray

from nasplug.engine.measures import measured, measured_latency
from nasplug.errors import ConfigurationError, PluginError, error_text
from nasplug.types import Architecture

if TYPE_CHECKING:
    import pluggy

MOST = 10_000  # samples, unless the caller wants another number
SECONDS = 5.0  # after which no further sample is drawn, unless the caller wants a number of them

Figures = dict[str, float]  # by name; `latency` is in milliseconds, NaN where it could not be measured


@attrs.frozen(eq=False)
class Meter:
    """Measures architectures of a space, on `device` where there is one; `failures` are latencies that raised."""

    hook: "pluggy.HookRelay"
    device: str | None
    failures: list[str] = attrs.field(factory=list, init=False)

    def measure(self, architecture: Architecture) -> Figures:
        """Returns the figures of an architecture.

        Raises `PluginError` for a wrong answer of a hook, `ConfigurationError` where no latency can be measured.
        """
        figures = measured(self.hook, architecture)
        if self.device is not None:
            figures["latency"] = self._latency(architecture, self.device)
        return figures

    def _latency(self, architecture: Architecture, device: str) -> float:
        try:
            return measured_latency(self.hook, architecture, device)
        except (ConfigurationError, PluginError):
            raise
        except Exception as error:  # a device may fail on one network; in a run this would be one failed trial
            self.failures.append(f"{architecture}: {error_text(error)}")
            return math.nan


@attrs.frozen(eq=False)
class Samples:
    """Architectures drawn by the hook `sample`; equal networks are counted as often as they were drawn."""

    architectures: Sequence[Architecture]
    forms: Sequence[str]
    figures: Sequence[Figures]

    @classmethod
    def draw(cls, meter: Meter, count: int | None, rng: np.random.Generator) -> "Samples":
        """Draws and measures `count` samples; None for 10,000, or as many as take five seconds."""
        architectures: list[Architecture] = []
        forms, figures = [], []
        started = time.monotonic()
        while len(architectures) < (count or MOST):
            architectures.append(architecture := meter.hook.sample(rng=rng))
            forms.append(meter.hook.canonical(architecture=architecture))
            figures.append(meter.measure(architecture))
            if count is None and time.monotonic() - started > SECONDS:
                break
        return cls(architectures, forms, figures)

    def __len__(self) -> int:
        return len(self.architectures)

    @property
    def names(self) -> list[str]:
        """The names of the figures."""
        return list(dict.fromkeys(name for figures in self.figures for name in figures))

    def values(self, name: str) -> NDArray[np.float64]:
        """Returns one figure of all samples that have it, at most `[n]`."""
        column = np.array([figures.get(name, math.nan) for figures in self.figures])
        present: NDArray[np.float64] = column[~np.isnan(column)]
        return present
