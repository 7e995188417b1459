"""Files that are there whole or not at all."""

import os
import re
from contextlib import suppress
from pathlib import Path

from nasplug.errors import StorageError

HALF = re.compile(r"\.(?:json|csv|parquet)\.(\d+)\.part$")  # the name of a half file ends with its writer's process


def write(path: Path, content: str | bytes) -> None:
    """Writes a file under another name and renames it, so that a kill leaves no half of it. Raises `StorageError`."""
    data = content.encode() if isinstance(content, str) else content
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        with suppress(OSError):
            half.unlink(missing_ok=True)
        raise StorageError(f"{path} cannot be written: {error.strerror}. Name another --out.") from error


def remove_halves(folder: Path) -> None:
    """Removes what killed writers left half written in `folder`: of nobody who still lives, and no file but theirs."""
    from nasplug.storage.lock import is_alive  # SQLAlchemy comes with it

    for half in folder.glob("*.part"):
        writer = HALF.search(half.name)
        if writer and not is_alive(int(writer[1])):
            half.unlink(missing_ok=True)
