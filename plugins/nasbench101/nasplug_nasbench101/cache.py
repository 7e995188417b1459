"""The folder for files that can be made again, and arrays kept in it."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasplug import StorageError
from nasplug.plugin import write_atomically


def cache_folder() -> Path:
    """Returns `$XDG_CACHE_HOME/nasplug`, or `~/.cache/nasplug`; it need not exist yet."""
    home = os.environ.get("XDG_CACHE_HOME")
    return (Path(home) if home else Path.home() / ".cache") / "nasplug"


def cached_bytes(name: str, make: Callable[[], NDArray[np.uint8]], sha256: str) -> NDArray[np.uint8]:
    """Returns a flat read-only array: the cached file `name` if it has that SHA-256, else `make()`, which is then kept.

    A damaged file is replaced. Where the folder cannot be written, the array is made again each time.
    """
    path = cache_folder() / name
    with suppress(OSError):
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() == sha256:
            return np.frombuffer(content, np.uint8)
    content = make().tobytes()
    with suppress(StorageError):
        write_atomically(path, content)
    return np.frombuffer(content, np.uint8)
