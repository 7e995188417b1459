"""What is known of an architecture without an evaluation: the answers of the hooks, checked."""

from typing import TYPE_CHECKING

import numpy as np

from nasplug.errors import PluginError
from nasplug.types import Architecture

if TYPE_CHECKING:
    import pluggy


def measured_latency(hook: "pluggy.HookRelay", architecture: Architecture, device: str) -> float:
    """Returns the latency of an architecture on a device, in milliseconds.

    Raises `PluginError` where the answer is no finite number above 0, `Unsupported` where nobody knows the device.
    """
    latency = hook.measure_latency(architecture=architecture, device=device)
    if isinstance(latency, int | float | np.number) and 0.0 < latency < np.inf:
        return float(latency)
    raise PluginError(
        f"measure_latency must return milliseconds, a finite number above 0; for {architecture} on {device!r} it "
        f"returned {latency!r}."
    )


def measured(hook: "pluggy.HookRelay", architecture: Architecture) -> dict[str, float]:
    """Returns what the space knows of an architecture without an evaluation, by name; empty where it knows nothing.

    Raises `PluginError` where the answer is no dict of finite numbers.
    """
    answer = hook.measure(architecture=architecture)
    if isinstance(answer, dict | None) and all(map(_is_named_number, (answer or {}).items())):
        return {name: float(value) for name, value in (answer or {}).items()}
    raise PluginError(f"measure must return a dict of finite numbers; for {architecture} it returned {answer!r}.")


def _is_named_number(item: tuple[object, object]) -> bool:
    name, value = item
    return isinstance(name, str) and isinstance(value, int | float | np.number) and bool(np.isfinite(value))
