"""Which versions took part in a run, for the record that is stored with it; a comparison goes on with these alone."""

import platform
from importlib import metadata

from nasplug.engine.settings import Settings
from nasplug.loading import discovery

COMPUTE = (
    "numpy",
    "torch",
    "torch-geometric",
    "tensorflow",
    "tensorflow-tpu",
)  # another version of these may compute another bit


def versions(settings: Settings) -> dict[str, str]:
    """Returns distribution → version: nasplug, the space, the strategy, Python, and of `COMPUTE` what is installed."""
    kinds: list[tuple[discovery.Kind, str]] = [("space", settings.space), ("strategy", settings.strategy)]
    named = [p for kind, name in kinds for p in discovery.installed(kind) if p.name == name]
    ours = {"python": platform.python_version(), "nasplug": metadata.version("nasplug")}
    return ours | _installed() | {plugin.distribution: plugin.version for plugin in named}


def _installed() -> dict[str, str]:
    found = {}
    for name in COMPUTE:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found
