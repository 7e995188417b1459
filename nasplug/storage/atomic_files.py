"""Files that are written completely or not at all."""

import os
import re
import threading
from pathlib import Path

from nasplug.errors import StorageError

PARTIAL = re.compile(r"\.(?:json|csv|parquet)\.(\d+)(?:\.\d+)?\.part$")  # the number is the writer's process id


def write_atomically(path: Path, content: str | bytes) -> None:
    """Writes a file under a temporary name beside `path` and renames it, so that nobody ever sees half of it.

    Makes missing folders. Raises `StorageError` where that fails; an older file at `path` is then still whole.
    """
    data = content.encode() if isinstance(content, str) else content
    partial = path.with_name(f"{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            partial.write_bytes(data)
            partial.replace(path)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}. Name another --out.") from error


def remove_partial_files(folder: Path) -> None:
    """Removes from `folder` the temporary files of writers that were killed; those of live processes stay."""
    for partial in folder.glob("*.part"):
        writer = PARTIAL.search(partial.name)
        if writer and not process_is_alive(int(writer[1])):
            partial.unlink(missing_ok=True)


def process_is_alive(pid: int) -> bool:
    """Returns whether a process of any user has this number on this machine."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    return True
