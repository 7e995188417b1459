"""The folder of files that can be made again, and arrays in it."""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nasplug import StorageError
from nasplug.plugin import expanded_path, write_atomically


def cache_folder() -> Path:
    """Returns `$XDG_CACHE_HOME/nasplug`, or `~/.cache/nasplug`; it need not exist yet."""
    return Path(expanded_path(os.environ.get("XDG_CACHE_HOME") or "~/.cache")) / "nasplug"


def cached_bytes(name: str, make: Callable[[], NDArray[np.uint8]], sha256: str) -> NDArray[np.uint8]:
    """Returns the bytes of a file in the cache folder, or those of `make()`, which are then written to it.

    A damaged file, whose SHA-256 is not `sha256` (hexadecimal), is replaced. Where the folder cannot be written, `make`
    is called each time.
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
