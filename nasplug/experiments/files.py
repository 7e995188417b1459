"""Files that are there whole or not at all."""

import os
from pathlib import Path

from nasplug.errors import StorageError


def write(path: Path, content: str | bytes) -> None:
    """Writes a file under another name and renames it, so that a kill leaves no half of it. Raises `StorageError`."""
    data = content.encode() if isinstance(content, str) else content
    half = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        half.write_bytes(data)
        half.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {error.strerror}. Name another --out.") from error
