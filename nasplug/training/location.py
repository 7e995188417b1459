"""Folders that may lie in a bucket."""

import re
from pathlib import Path


def location(folder: Path) -> str:
    """Returns the folder as TensorFlow reads and writes it: a `Path` has lost one slash of `gs://bucket`."""
    return re.sub(r"^(\w+):/+", r"\1://", str(folder))
