"""What a run was asked to do, validated; the part that makes it the same run is stored and compared at a resume."""

from typing import Any

import attrs

from nasplug.errors import UsageError

DEFAULT_BUDGET = 100
EXECUTION = ("workers", "timeout", "retries")  # may differ when a run is resumed: results do not depend on them
WATCHING = ("log", "processes", "ray")  # nor on this middleware


def _at_least(low: float) -> Any:
    def check(_: Any, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
        if value is not None and not value >= low:
            raise UsageError(f"{attribute.name} must be at least {low:g}, got {value:g}.")

    return check


def _positive(_: Any, attribute: "attrs.Attribute[Any]", value: float | None) -> None:
    if value is not None and not value > 0:
        raise UsageError(f"{attribute.name} must be greater than 0, got {value:g}.")


def _window(settings: "Settings", _: Any, value: tuple[float, float] | None) -> None:
    if value is None:
        return
    if settings.device is None:
        raise UsageError("A latency window needs a device whose latency it bounds: add --device, pixel1 for instance.")
    if not 0 <= value[0] < value[1]:
        raise UsageError(
            f"The latency window must be LOW:HIGH in ms with 0 ≤ LOW < HIGH, got {value[0]:g}:{value[1]:g}."
        )


@attrs.frozen(kw_only=True)
class Settings:
    """All that decides a run. `space` and `strategy` are names; their options are the resolved ones, as JSON values.

    `budget` counts trials, complete or failed; `timeout` is in seconds; `latency_window` in milliseconds.
    Raises `UsageError` for values out of bounds.
    """

    space: str
    strategy: str
    space_options: dict[str, Any] = attrs.field(factory=dict)
    strategy_options: dict[str, Any] = attrs.field(factory=dict)
    middleware: list[str] = attrs.field(factory=list)
    seed: int = attrs.field(default=0, validator=_at_least(0))
    budget: int | None = attrs.field(default=None, validator=_at_least(1))
    workers: int = attrs.field(default=1, validator=_at_least(1))
    batch: int = attrs.field(default=1, validator=_at_least(1))
    epochs: int | None = attrs.field(default=None, validator=_at_least(1))
    device: str | None = None
    latency_window: tuple[float, float] | None = attrs.field(default=None, validator=_window)
    steady: bool = False
    timeout: float | None = attrs.field(default=None, validator=_positive)
    retries: int = attrs.field(default=0, validator=_at_least(0))

    def identity(self) -> dict[str, Any]:
        """Returns, as JSON values, what must be equal for two runs to be the same run; stored with it."""
        values = attrs.asdict(self)
        window = values.pop("latency_window")
        deciding = [name for name in self.middleware if name.partition(":")[0] not in WATCHING]
        return {k: v for k, v in values.items() if k not in EXECUTION} | {
            "middleware": deciding,
            "latency_window": list(window) if window else None,
        }


def plugin_options(plugin: object) -> dict[str, Any]:
    """Returns the values of a plugin's options as JSON values, defaults included; empty for a class without any."""
    from nasplug.options import fields

    return {name: _jsonable(getattr(plugin, name)) for name in fields(type(plugin))}


def _jsonable(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_jsonable(part) for part in value]
    if isinstance(value, dict):
        return {str(key): _jsonable(part) for key, part in value.items()}
    return value if isinstance(value, int | float | str | bool | None) else str(value)
