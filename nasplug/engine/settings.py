"""The validated settings of a run, and the versions it ran with: both are stored, and compared at a resume."""

import os
import platform
from collections.abc import Iterable
from contextlib import suppress
from operator import index
from threading import TIMEOUT_MAX
from typing import Any

import attrs

from nasplug.engine.plugin_state import as_json, constructor_arguments
from nasplug.errors import UsageError
from nasplug.loading import discovery, options
from nasplug.loading.distributions import version_of
from nasplug.types import Architecture, Trial

DEFAULT_BUDGET = 100
COMPUTE = ("numpy", "torch", "torch-geometric", "tensorflow", "tensorflow-tpu")  # whose versions may change a result
# Trials of the search do not depend on these, but for what was known at the beginning, which a resume cannot change.
EXECUTION = (
    "workers", "timeout", "retries", "watching", "max_failures", "finals", "confirm", "known",
)  # fmt: skip
OFF = "off"
GROWS = ("budget", "planned")


def _whole(low: int, default: int | None) -> Any:
    """Returns an attrs field for an integer of at least `low`; None is allowed where it is the default."""

    def converted(value: Any, field: "attrs.Attribute[Any]") -> int | None:
        """Returns the value as Python's own int. Raises `UsageError` for what is none, or too low."""
        if value is None and default is None:
            return None
        try:
            number = index(value)
        except TypeError:
            raise UsageError(f"{field.name} must be an integer, got {value!r}.") from None
        if number < low:
            raise UsageError(f"{field.name} must be at least {low}, got {number}.")
        return number

    return attrs.field(default=default, converter=attrs.Converter(converted, takes_field=True))


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    with suppress(TypeError, ValueError):
        if (seconds := float(value)) > TIMEOUT_MAX:
            raise UsageError(f"timeout must be at most {TIMEOUT_MAX:.0f} s, got {value!r}. Leave it out for none.")
        if seconds > 0:
            return seconds
    raise UsageError(f"timeout must be greater than 0 s, got {value!r}.")


def _bounds(value: Any) -> tuple[float, float] | None:
    if value is None:
        return None
    try:
        low, high = map(float, value)
    except (TypeError, ValueError):
        raise UsageError(
            f"latency must be two numbers of milliseconds, (75, 85) for instance; got {value!r}."
        ) from None
    return low, high


def _confirm(value: Any) -> tuple[int, int] | None:
    """Returns how many architectures are confirmed, and by how many trainings each. Raises `UsageError` for others."""
    if value is None or value == OFF:
        return None
    with suppress(TypeError, ValueError):
        count, repeats = (int(part) for part in value.split(":")) if isinstance(value, str) else map(index, value)
        if min(count, repeats) >= 1:
            return count, repeats
    shown = value if isinstance(value, str) else f"{value!r}"
    raise UsageError(
        f"confirm is K:R, two whole numbers of at least 1: train the K best R times more, as in 3:4. {OFF!r} confirms "
        f"none. Got {shown}."
    )


def texts(values: object) -> list[str]:
    """Returns values as texts; a text or an architecture alone is one value."""
    if isinstance(values, str | Architecture) or not isinstance(values, Iterable):
        return [str(values)]
    return [str(value) for value in values]


def sources(values: object) -> list[str]:
    """Returns the names of known trials; what has none is called `trials`."""
    if isinstance(values, str | os.PathLike | Trial) or not isinstance(values, Iterable):
        values = [values]
    return [os.fspath(value) if isinstance(value, str | os.PathLike) else "trials" for value in values]


def check_window(low: float, high: float) -> None:
    """Raises `UsageError` unless `low` to `high` is a window of milliseconds."""
    if not 0 <= low < high:
        raise UsageError(f"The latency window must be LOW:HIGH in ms with 0 ≤ LOW < HIGH, got {low:g}:{high:g}.")


def _window(settings: "Settings", _: Any, value: tuple[float, float] | None) -> None:
    if value is None:
        return
    if settings.device is None:
        raise UsageError("A latency window needs a device whose latency it bounds: add --device, host for instance.")
    check_window(*value)


@attrs.frozen(kw_only=True)
class Settings:
    """Everything that a run's results depend on, and how it is executed.

    `space` and `strategy` are names; their options are JSON values, defaults included. `budget` counts trials, complete
    or failed; `timeout` is in seconds, `latency_window` in milliseconds. `middleware` are names with their options;
    `watching` lists the middleware that does not change results. `planned` is the budget of the run's beginning, where
    it has grown since. `objectives`, `limits` and `first` (architectures to begin with) are texts, as on the command
    line. `known` names the trials that were told at the beginning. `confirm` is how many of the best are trained again
    at the end, and how often; None for none. `finals` is how many architectures get a final evaluation, None for the
    usual ones; `max_failures` how many failures in a row end the run, None for five at its very beginning.

    Raises:
        UsageError: a value has the wrong type or is out of bounds
    """

    space: str
    strategy: str
    space_options: dict[str, Any] = attrs.field(factory=dict)
    strategy_options: dict[str, Any] = attrs.field(factory=dict)
    middleware: list[str] = attrs.field(factory=list)
    watching: list[str] = attrs.field(factory=list)
    seed: int = _whole(0, default=0)
    budget: int | None = _whole(1, default=None)
    planned: int | None = _whole(1, default=None)
    workers: int = _whole(1, default=1)
    batch: int = _whole(1, default=1)
    epochs: int | None = _whole(1, default=None)
    device: str | None = None
    latency_window: tuple[float, float] | None = attrs.field(default=None, converter=_bounds, validator=_window)
    asynchronous: bool = False
    timeout: float | None = attrs.field(default=None, converter=_seconds)
    retries: int = _whole(0, default=0)
    objectives: list[str] = attrs.field(factory=list, converter=texts)
    limits: list[str] = attrs.field(factory=list, converter=texts)
    first: list[str] = attrs.field(factory=list, converter=texts)
    known: list[str] = attrs.field(factory=list, converter=sources)
    finals: int | None = _whole(0, default=None)
    confirm: tuple[int, int] | None = attrs.field(default=None, converter=_confirm)
    max_failures: int | None = _whole(1, default=None)

    def identity(self) -> dict[str, Any]:
        """Returns the settings that must be equal for two runs to be the same run, as JSON values."""
        values = {name: value for name, value in attrs.asdict(self).items() if name not in (*EXECUTION, *GROWS)}
        window, asynchronous = values.pop("latency_window"), values.pop("asynchronous")
        return values | {
            "middleware": [name for name in self.middleware if name not in self.watching],
            "latency_window": list(window) if window else None,
            "steady": asynchronous,  # the name under which version 0.1 stored it
        }

    def document(self) -> dict[str, Any]:
        """Returns all settings as JSON values, as they are stored: `execution` holds what a resume may change."""
        execution = {name: getattr(self, name) for name in EXECUTION} | {"middleware": self.middleware}
        execution["confirm"] = self.confirm and list(self.confirm)
        return self.identity() | {name: getattr(self, name) for name in GROWS} | {"execution": execution}


def plugin_options(plugin: object) -> dict[str, Any]:
    """Returns what a plugin was made with, as JSON values: its options, defaults included, and of a plain class the
    arguments of its constructor. What it keeps besides is left out, so that it may change.
    """
    values = {name: as_json(getattr(plugin, name)) for name in options.fields(type(plugin))}
    return values | constructor_arguments(plugin)


def versions(settings: Settings) -> dict[str, str]:
    """Returns the version of each distribution on which a result may depend, by its name."""
    kinds: list[tuple[discovery.Kind, str]] = [("space", settings.space), ("strategy", settings.strategy)]
    plugins = [plugin for kind, name in kinds for plugin in discovery.installed(kind) if plugin.name == name]
    core = {"python": platform.python_version(), "nasplug": version_of("nasplug") or "unknown"}
    installed = {name: version for name in COMPUTE if (version := version_of(name))}
    return core | installed | {plugin.distribution: plugin.version for plugin in plugins}
