"""Which plugins `--safe` lets nasplug import."""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from nasplug.errors import DiscoveryError
from nasplug.loading import discovery, options
from nasplug.loading.importing import is_installed

OWN = ("nasplug", "nasplug-nasbench101", "nasplug-proxyless", "nasplug-strategies")
VARIABLE = "NASPLUG_SAFE"


def check_trusted(
    space: str | object,
    strategy: str | object,
    middleware: Sequence[str | object] = (),
    device: str | None = None,
    space_options: Mapping[str, Any] | None = None,
) -> None:
    """Raises `DiscoveryError` for the first plugin that is not trusted; imports none.

    Trusted are the distributions of this project, what the environment variable NASPLUG_SAFE lists (names, or
    `package.module:name`), and instances, which the caller's own program has made. The option `task` of a space names
    a plugin too, which the space imports.
    """
    task = (space_options or {}).get("task")
    chosen: list[tuple[discovery.Kind, str | object]] = [("space", space), ("strategy", strategy)]
    chosen += [("middleware", options.parse_plugin(m)[0] if isinstance(m, str) else m) for m in middleware]
    if any(plugin.name == device for plugin in discovery.installed("device")):
        chosen.append(("device", str(device)))
    if ":" in str(task) or any(plugin.name == task for plugin in discovery.installed("task")):
        chosen.append(("task", str(task)))
    listed = {name.strip() for name in os.environ.get(VARIABLE, "").split(",")}
    for kind, name in chosen:
        if isinstance(name, str):
            _check_listed(kind, name) if name in listed else _check(discovery.find(kind, name))


def _check_listed(kind: discovery.Kind, name: str) -> None:
    """Raises `DiscoveryError` for a trusted name that only a file of the current folder would answer to."""
    if ":" in name and not is_installed(name):
        raise DiscoveryError(
            f"--safe does not look for {name!r} in the current folder, and Python's path has no such module. "
            "Install it, or leave --safe out."
        )


def _check(plugin: discovery.Installed) -> None:
    if plugin.distribution in OWN:
        return
    origin = f"of the distribution {plugin.provider}" if plugin.distribution else "which no distribution announces"
    raise DiscoveryError(
        f"--safe refuses the {plugin.kind} {plugin.name!r}, {origin}. Add its name to the environment variable "
        f"{VARIABLE} where you trust it, or leave --safe out."
    )
