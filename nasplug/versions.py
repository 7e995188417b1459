"""Which versions took part in a run, for the record that is stored with it."""

import platform

from nasplug import __version__, discovery
from nasplug.settings import Settings


def versions(settings: Settings) -> dict[str, str]:
    """Returns distribution → version of nasplug, the space and the strategy, and Python's own version."""
    kinds: list[tuple[discovery.Kind, str]] = [("space", settings.space), ("strategy", settings.strategy)]
    named = [p for kind, name in kinds for p in discovery.installed(kind) if p.name == name]
    ours = {"python": platform.python_version(), "nasplug": __version__}
    return ours | {plugin.distribution: plugin.version for plugin in named}
