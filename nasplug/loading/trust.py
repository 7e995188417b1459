"""`--safe`: which plugins may be imported at all."""

import os
from collections.abc import Sequence

from nasplug.errors import DiscoveryError
from nasplug.loading import discovery, options

OWN = ("nasplug", "nasplug-nasbench101", "nasplug-proxyless", "nasplug-strategies")
VARIABLE = "NASPLUG_SAFE"


def check_trusted(
    space: str | object, strategy: str | object, middleware: Sequence[str | object], device: str | None = None
) -> None:
    """Checks, before anything is imported, that every plugin named is trusted.

    Trusted are the distributions of this project, and the names (or `package.module:Class`) in the environment's
    NASPLUG_SAFE. Instances come from the caller's own program. Raises `DiscoveryError` for the first other one.
    """
    chosen: list[tuple[discovery.Kind, str | object]] = [("space", space), ("strategy", strategy)]
    chosen += [("middleware", options.parse_plugin(m)[0] if isinstance(m, str) else m) for m in middleware]
    if any(plugin.name == device for plugin in discovery.installed("device")):
        chosen.append(("device", str(device)))
    listed = {name.strip() for name in os.environ.get(VARIABLE, "").split(",") if name.strip()}
    for kind, name in chosen:
        if isinstance(name, str) and name not in listed:
            _check(kind, discovery.find(kind, name))


def _check(kind: discovery.Kind, plugin: discovery.Installed) -> None:
    if plugin.distribution in OWN:
        return
    whose = f"of the distribution {plugin.provider}" if plugin.distribution else "which no distribution announces"
    raise DiscoveryError(
        f"--safe refuses the {kind} {plugin.name!r}, {whose}. Add its name to the environment variable {VARIABLE} "
        "where you trust it, or leave --safe out."
    )
