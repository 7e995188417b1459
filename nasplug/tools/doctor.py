"""Examines this installation: versions, accelerators, data, storage, and plugins that cannot be loaded."""

import os
import platform
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import attrs

from nasplug.errors import MissingPackage, NasplugError, NothingStored, error_text
from nasplug.loading import discovery
from nasplug.loading.distributions import unreadable, version_of
from nasplug.loading.paths import expanded_path

if TYPE_CHECKING:
    from nasplug.storage.runs import StoredRun

PACKAGES = ("tensorflow", "torch", "torch-geometric", "pandas", "ray")


@attrs.frozen
class Finding:
    """One thing that was examined; `problem` is empty where all is well."""

    section: Literal["version", "accelerator", "data", "storage", "plugin"]
    name: str
    found: str
    problem: str = ""


def examine(storage: str) -> Iterator[Finding]:
    """Returns an iterator over all findings. Imports TensorFlow and torch where they are installed."""
    return chain(versions(), accelerators(), data(), stored(storage), plugins())


def versions() -> Iterator[Finding]:
    """Yields the versions of Python, nasplug and the packages that its parts need, and what is left over of others."""
    yield Finding("version", "python", f"{platform.python_version()} on {platform.platform()}")
    for package in ("nasplug", *PACKAGES):
        yield Finding("version", package, version_of(package) or "not installed")
    for path in unreadable():
        left = f"ignored: no metadata, as after an uninstallation that was interrupted. Delete {path}"
        yield Finding("version", path.name, left)


def accelerators() -> Iterator[Finding]:
    """Yields the devices that TensorFlow and torch see."""
    for name, list_devices in (("tensorflow", _tensorflow_devices), ("torch", _torch_devices)):
        try:
            yield Finding("accelerator", name, ", ".join(list_devices()))
        except MissingPackage:
            yield Finding("accelerator", name, f"{name} is not installed")
        except ModuleNotFoundError as error:
            yield Finding("accelerator", name, f"{error.name} is not installed")
        except Exception as error:  # a foreign package whose installation is broken may raise anything
            problem = f"{name} cannot be used: {error_text(error)}"
            yield Finding("accelerator", name, "broken", problem)


def data() -> Iterator[Finding]:
    """Yields the contents of the cache folder, and the environment variables NASPLUG_…."""
    folder = Path(expanded_path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")) / "nasplug"
    entries = sorted(folder.glob("[!.]*"))
    for path in entries:
        files = [path] if path.is_file() else [part for part in path.rglob("*") if part.is_file()]
        yield Finding("data", path.name, f"{path}, {sum(file.stat().st_size for file in files) / 1e6:,.1f} MB")
    if not entries:
        yield Finding("data", "cache", f"nothing in {folder}: no table was imported")
    for name, value in sorted(os.environ.items()):
        if name.startswith("NASPLUG_"):
            missing = os.sep in value and not Path(expanded_path(value)).exists()
            yield Finding("data", name, value, f"{name} names {value}, which does not exist" if missing else "")


def stored(url: str) -> Iterator[Finding]:
    """Yields how many runs the storage holds, or why it cannot be read."""
    from nasplug.storage.storage import Storage
    from nasplug.storage.url import masked

    try:
        storage = Storage(url, must_exist=True)
        runs = storage.all_runs()
        storage.close()
    except NothingStored:
        yield Finding("storage", masked(url), "not there yet: the first run makes it")
    except NasplugError as error:
        yield Finding("storage", masked(url), "unusable", str(error))
    else:
        yield Finding("storage", masked(url), _counted(runs))


def plugins() -> Iterator[Finding]:
    """Yields every installed plugin: which distribution provides it, or why it cannot be loaded."""
    for kind in discovery.GROUPS:
        for plugin in discovery.installed(kind):
            yield Finding("plugin", f"{kind} {plugin.name}", plugin.provider, discovery.problem(plugin) or "")


def _counted(runs: "list[StoredRun]") -> str:
    running = sum(run.running is not None for run in runs)
    unfinished = {"running": running, "not ended": sum(not run.is_over for run in runs) - running}
    total = "1 run" if len(runs) == 1 else f"{len(runs)} runs"
    return ", ".join([total, *(f"{count} {state}" for state, count in unfinished.items() if count)])


def _tensorflow_devices() -> list[str]:
    from nasplug.training.backend import tf

    return [device.name.removeprefix("/device:") for device in tf.config.list_logical_devices()]


def _torch_devices() -> list[str]:
    import torch

    return ["CPU", *(torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count()))]
