"""Entry-point name → plugin class, with all messages about missing, clashing and broken plugins."""

from collections.abc import Callable
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from typing import Literal

import attrs

from nasplug.errors import DiscoveryError, did_you_mean

Kind = Literal["space", "strategy", "middleware", "device", "task"]
GROUPS: dict[Kind, str] = {
    "space": "nasplug.spaces",
    "strategy": "nasplug.strategies",
    "middleware": "nasplug.middleware",
    "device": "nasplug.devices",
    "task": "nasplug.tasks",
}
PLURALS: dict[Kind, str] = {
    "space": "spaces",
    "strategy": "strategies",
    "middleware": "middleware",
    "device": "devices",
    "task": "tasks",
}


@attrs.frozen
class Installed:
    """A plugin as its distribution's metadata announce it; nothing of it is imported yet."""

    kind: Kind
    name: str
    value: str
    distribution: str
    version: str

    @property
    def provider(self) -> str:
        """The distribution and its version, as messages name them."""
        return f"{self.distribution} {self.version}".strip()


def installed(kind: Kind) -> list[Installed]:
    """Returns all plugins of one kind in the order of their names, read from metadata alone."""
    found = {_announced(kind, point) for point in entry_points(group=GROUPS[kind])}
    return sorted(found, key=lambda plugin: (plugin.name, plugin.distribution))


def find(kind: Kind, name: str) -> Installed:
    """Returns the one installed plugin of that kind and name; `package.module:Class` names a class directly.

    Raises `DiscoveryError` where there is none, or where two distributions claim the name.
    """
    if ":" in name:
        return Installed(kind, name, name, "", "")
    everything = installed(kind)
    matches = [plugin for plugin in everything if plugin.name == name]
    if not matches:
        raise DiscoveryError(_unknown(kind, name, everything))
    if len(matches) > 1:
        both = " and ".join(match.provider for match in matches)
        raise DiscoveryError(
            f"The {kind} name {name!r} is claimed by {both}. "
            f"Uninstall one of them, or choose by class: {' or '.join(match.value for match in matches)}."
        )
    return matches[0]


def load(kind: Kind, name: str) -> type:
    """Imports the class of the plugin named and returns it. Raises `DiscoveryError` where that fails."""
    plugin = find(kind, name)
    target = _imported(plugin)
    if not isinstance(target, type):
        raise DiscoveryError(_broken(plugin, f"{target!r}, which is no class"))
    return target


def load_factory(kind: Kind, name: str) -> Callable[..., object]:
    """Imports the class or function of the plugin named and returns it. Raises `DiscoveryError` where that fails."""
    plugin = find(kind, name)
    target = _imported(plugin)
    if not callable(target):
        raise DiscoveryError(_broken(plugin, f"{target!r}, which cannot be called"))
    return target


def _imported(plugin: Installed) -> object:
    module, _, attribute = plugin.value.partition(":")
    try:
        target: object = import_module(module)
        for part in attribute.split("."):
            target = getattr(target, part)
    except Exception as error:  # whatever a foreign module does at import is this plugin's fault, and said so
        cause = f"{type(error).__name__}: {error}"
        raise DiscoveryError(_broken(plugin, cause)) from error
    return target


def problem(plugin: Installed) -> str | None:
    """Returns why loading the plugin fails, in words, or None; used where plugins are listed and checked."""
    try:
        (load_factory if plugin.kind == "task" else load)(plugin.kind, plugin.name)
    except DiscoveryError as error:
        return str(error)
    return None


def _announced(kind: Kind, point: EntryPoint) -> Installed:
    dist = point.dist
    return Installed(kind, point.name, point.value, dist.name if dist else "?", dist.version if dist else "")


def _broken(plugin: Installed, cause: str) -> str:
    if not plugin.distribution:
        return f"The {plugin.kind} {plugin.name!r} cannot be loaded: wanted package.module:Class, got {cause}." + (
            _options_instead(plugin)
        )
    return (
        f"The {plugin.kind} {plugin.name!r} of the distribution {plugin.provider} is broken: loading {plugin.value} "
        f"gave {cause}. Reinstall or upgrade {plugin.distribution}, or use another {plugin.kind}."
    )


def _options_instead(plugin: Installed) -> str:
    """Returns how options are written, where a class was asked for by what is the name of a plugin: `log:out.txt`."""
    name = plugin.name.partition(":")[0]
    if all(other.name != name for other in installed(plugin.kind)):
        return ""
    how = f"--with {name}:option=value" if plugin.kind == "middleware" else f"--{plugin.kind}-opt option=value"
    return f" If you meant an option of {name!r}, write {how}; 'nasplug show {name}' lists them."


def _unknown(kind: Kind, name: str, everything: list[Installed]) -> str:
    names = sorted({plugin.name for plugin in everything})
    for other in GROUPS:
        if other != kind and any(plugin.name == name for plugin in installed(other)):
            return f"{name!r} is a {other}, not a {kind}. Installed {PLURALS[kind]}: {', '.join(names) or 'none'}."
    return (
        f"No {kind} named {name!r} is installed.{did_you_mean(name, names)} Installed {PLURALS[kind]}: "
        f"{', '.join(names) or 'none'}. Others are added with pip; a class can be named as package.module:Class."
    )
