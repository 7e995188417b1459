"""Finds installed plugins by name and imports their classes, with all messages about what goes wrong there."""

import os
import sys
from collections.abc import Callable
from functools import lru_cache
from inspect import isclass
from pathlib import Path
from typing import Any, Literal

import attrs

from nasplug.errors import DiscoveryError, did_you_mean
from nasplug.loading.distributions import announced
from nasplug.loading.importing import ImportFailed, add_current_folder, current_folder, imported

Kind = Literal["space", "strategy", "middleware", "device", "task"]
PLURALS: dict[Kind, str] = {
    "space": "spaces",
    "strategy": "strategies",
    "middleware": "middleware",
    "device": "devices",
    "task": "tasks",
}
GROUPS = {kind: f"nasplug.{plural}" for kind, plural in PLURALS.items()}  # of entry points
# What names a plugin that is not installed; a device must be.
DIRECT_NAMES = dict.fromkeys(("space", "strategy", "middleware"), "package.module:Class")
DIRECT_NAMES["task"] = "package.module:factory"


@attrs.frozen
class Installed:
    """A plugin as the metadata of its distribution announces it; it is not imported.

    `value` names its class as `package.module:Class`, or a task's function. `distribution` is empty if a user named it
    directly.
    """

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
    scanned = _scanned(tuple((folder, _changed(folder)) for folder in sys.path))
    return [plugin for plugin in scanned if plugin.kind == kind]


@lru_cache(maxsize=32)
def _scanned(folders: tuple[tuple[str, int], ...]) -> list[Installed]:
    """Returns all plugins; scanned again when a folder of `sys.path` has changed, as by an installation.

    A class that several distributions announce under one name is one plugin, of the first of them.
    """
    kinds = {group: kind for kind, group in GROUPS.items()}
    plugins: dict[tuple[str, str, str], Installed] = {}
    for point, *about in announced(kinds):
        plugin = Installed(kinds[point.group], point.name, point.value, *about)
        plugins.setdefault((plugin.kind, plugin.name, plugin.value), plugin)
    return sorted(plugins.values(), key=lambda plugin: (plugin.name, plugin.distribution))


def _changed(folder: str) -> int:
    """Returns when a folder was last changed, in nanoseconds; 0 where there is none."""
    try:
        return os.stat(folder or ".").st_mtime_ns
    except OSError:
        return 0


def find(kind: Kind, name: str) -> Installed:
    """Returns the installed plugin of that kind and name; `package.module:Class` names a class directly.

    Raises `DiscoveryError` where there is none, or where several distributions claim the name.
    """
    if ":" in name:
        return Installed(kind, name, name, "", "")
    matches = [plugin for plugin in installed(kind) if plugin.name == name]
    if not matches:
        raise DiscoveryError(_unknown(kind, name))
    if len(matches) > 1:
        raise DiscoveryError(
            f"The {kind} name {name!r} is claimed by {' and '.join(match.provider for match in matches)}. "
            f"Uninstall one of them, or choose by class: {' or '.join(match.value for match in matches)}."
        )
    return matches[0]


def load(kind: Kind, name: str) -> type:
    """Imports the class of a plugin and returns it. Raises `DiscoveryError` where that fails."""
    plugin: type = _imported(kind, name, isclass, "which is no class")
    return plugin


def load_factory(kind: Kind, name: str) -> Callable[..., object]:
    """Imports the class or function of a plugin and returns it. Raises `DiscoveryError` where that fails."""
    factory: Callable[..., object] = _imported(kind, name, callable, "which cannot be called")
    return factory


def _imported(kind: Kind, name: str, accepts: Callable[[object], bool], otherwise: str) -> Any:
    plugin = find(kind, name)
    if not plugin.distribution:
        add_current_folder(plugin.value)
    try:
        target = imported(plugin.value)
    except ImportFailed as failure:
        raise DiscoveryError(_broken(plugin, str(failure), failure.raised)) from failure.__cause__
    if not accepts(target):
        raise DiscoveryError(_broken(plugin, f"{target!r}, {otherwise}"))
    return target


def problem(plugin: Installed) -> str | None:
    """Returns why the plugin cannot be loaded, None where it can. A task may be a function."""
    try:
        (load_factory if plugin.kind == "task" else load)(plugin.kind, plugin.name)
    except DiscoveryError as error:
        return str(error)
    return None


def _broken(plugin: Installed, cause: str, raised: bool = False) -> str:
    """Returns a message for a plugin that cannot be loaded; `raised` says that its module raised the cause."""
    if not plugin.distribution:
        problem = f"wanted {DIRECT_NAMES[plugin.kind]}, got {cause}; the current folder is {current_folder()}"
        if raised:
            problem = f"importing {plugin.value.partition(':')[0]} raised {cause}"
        if file := _file_named(plugin.value):
            problem = f"{file} is a file: write {file.stem}{':' + plugin.value.partition(':')[2]} in its folder"
        return f"The {plugin.kind} {plugin.name!r} cannot be loaded: {problem}.{_options_instead(plugin)}"
    return (
        f"The {plugin.kind} {plugin.name!r} of the distribution {plugin.provider} is broken: loading {plugin.value} "
        f"gave {cause}. Reinstall or upgrade {plugin.distribution}, or use another {plugin.kind}."
    )


def _file_named(value: str) -> Path | None:
    """Returns the file that somebody named in place of its module; None for a module."""
    path = Path(value.partition(":")[0])
    return path if path.suffix == ".py" else None


def _options_instead(plugin: Installed) -> str:
    """Returns how options are written, for a user who wrote `log:out.txt`, which would be a class of a module `log`."""
    name = plugin.name.partition(":")[0]
    if all(other.name != name for other in installed(plugin.kind)):
        return ""
    flags = {"strategy": "--strategy-opt ", "middleware": f"--with {name}:"}
    flag = flags.get(plugin.kind, "--space-opt ")  # a space passes the options of its task on
    return f" If you meant an option of {name!r}, write {flag}option=value; 'nasplug show {name}' lists them."


def _unknown(kind: Kind, name: str) -> str:
    names = sorted({plugin.name for plugin in installed(kind)})
    listing = f"Installed {PLURALS[kind]}: {', '.join(names) or 'none'}."
    for other in PLURALS:
        if any(plugin.name == name for plugin in installed(other)):
            return f"{name!r} is a {other}, not a {kind}. {listing}"
    directly = f"; one can be named directly as {DIRECT_NAMES[kind]}" if kind in DIRECT_NAMES else ""
    advice = f"Others are added with pip{directly}."
    return f"No {kind} named {name!r} is installed.{did_you_mean(name, names)} {listing} {advice}"
