"""What this installation has: versions, accelerators, tables, storage, and plugins that cannot be used."""

import os
import platform
from collections.abc import Callable, Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal

import attrs

from nasplug.errors import NasplugError, NothingStored
from nasplug.loading import discovery

Section = Literal["version", "accelerator", "data", "storage", "plugin"]
PACKAGES = ("tensorflow", "torch", "torch-geometric", "pandas", "ray")
Findings = Iterator["Finding"]


@attrs.frozen
class Finding:
    """One thing that was looked for. `problem` is empty where all is well."""

    section: Section
    name: str
    found: str
    problem: str = ""


def examine(storage: str) -> Findings:
    """Yields everything there is to say, problems included; imports TensorFlow and torch where they are installed."""
    yield from versions()
    yield from accelerators()
    yield from data()
    yield from stored(storage)
    yield from plugins()


def versions() -> Findings:
    """Yields Python's version, nasplug's, and those of what its parts need."""
    yield Finding("version", "python", f"{platform.python_version()} on {platform.platform()}")
    yield Finding("version", "nasplug", version("nasplug"))
    for package in PACKAGES:
        try:
            yield Finding("version", package, version(package))
        except PackageNotFoundError:
            yield Finding("version", package, "not installed")


def accelerators() -> Findings:
    """Yields the devices that TensorFlow and torch see."""
    yield _attempt("accelerator", "tensorflow", _tensorflow_devices)
    yield _attempt("accelerator", "torch", _torch_devices)


def data() -> Findings:
    """Yields what plugins keep in the cache folder, and the variables that point them elsewhere."""
    home = os.environ.get("XDG_CACHE_HOME")
    folder = (Path(home) if home else Path.home() / ".cache") / "nasplug"
    for path in sorted(folder.glob("[!.]*")):
        files = [path] if path.is_file() else [part for part in path.rglob("*") if part.is_file()]
        yield Finding("data", path.name, f"{path}, {sum(file.stat().st_size for file in files) / 1e6:,.1f} MB")
    if not any(folder.glob("[!.]*")):
        yield Finding("data", "cache", f"nothing in {folder}: no table was imported")
    for name, value in sorted(os.environ.items()):
        if name.startswith("NASPLUG_"):
            missing = os.sep in value and not Path(value).exists()
            yield Finding("data", name, value, f"{name} names {value}, which does not exist" if missing else "")


def stored(url: str) -> Findings:
    """Yields how many runs the storage holds, or why it cannot be read."""
    from nasplug.storage.storage import Storage
    from nasplug.storage.url import masked

    shown = masked(url)
    try:
        storage = Storage(url, must_exist=True)
        runs = storage.all_runs()
        storage.close()
    except NothingStored:
        yield Finding("storage", shown, "not there yet: the first run makes it")
    except NasplugError as error:
        yield Finding("storage", shown, "unusable", str(error))
    else:
        yield Finding("storage", shown, f"{len(runs)} runs, {sum(run.ended is None for run in runs)} not ended")


def plugins() -> Findings:
    """Yields every installed plugin, loaded: what provides it, or why it cannot be used."""
    for kind in discovery.GROUPS:
        for plugin in discovery.installed(kind):
            problem = discovery.problem(plugin)
            yield Finding("plugin", f"{kind} {plugin.name}", plugin.provider, problem or "")


def _attempt(section: Section, name: str, look: Callable[[], str]) -> Finding:
    try:
        return Finding(section, name, look())
    except ModuleNotFoundError as error:
        return Finding(section, name, f"{error.name} is not installed")
    except Exception as error:  # a broken installation of a foreign package is what the doctor is there to tell
        return Finding(section, name, "broken", f"{name} cannot be used: {type(error).__name__}: {error}")


def _tensorflow_devices() -> str:
    from nasplug.training.backend import tf

    devices: list[str] = [device.name for device in tf.config.list_logical_devices()]
    return ", ".join(name.removeprefix("/device:") for name in devices)


def _torch_devices() -> str:
    import torch

    names = [torch.cuda.get_device_name(number) for number in range(torch.cuda.device_count())]
    return ", ".join(["CPU", *names])
