"""The folders of jobs, in which plugins keep checkpoints and artifacts."""

import hashlib
import os
import shutil
import tempfile
import uuid
from pathlib import Path
from urllib.parse import quote

import attrs

LONGEST = 150  # characters of a name; file systems take 255


@attrs.define(eq=False)
class Folders:
    """One folder a job below `root`, which is that of a run; they are made when they are first asked for."""

    root: str

    @classmethod
    def of_run(cls, parent: Path | None, name: str) -> "Folders":
        """Returns the folders of a run, below the parent of all runs' folders; temporary ones without it."""
        if parent is None:
            return cls.temporary()
        return cls(str(parent / _folder_name(name)))

    @classmethod
    def temporary(cls) -> "Folders":
        """Returns folders of a run that is not stored."""
        return cls(os.path.join(tempfile.gettempdir(), f"nasplug-{uuid.uuid4().hex}"))

    def path(self, number: int) -> str:
        """Returns the path of the folder of a job."""
        return f"{self.root}/{number}"

    def remove(self, number: int) -> None:
        """Removes the folder of a job with all that is in it."""
        if os.path.isdir(self.root):
            shutil.rmtree(self.path(number), ignore_errors=True)

    def remove_all(self) -> None:
        """Removes the folders of all jobs."""
        shutil.rmtree(self.root, ignore_errors=True)


def _folder_name(run: str) -> str:
    """Returns a name that no other run's folder has, and that is neither `.` nor `..`."""
    quoted = quote(run, safe="").replace(".", "%2E")
    return quoted if len(quoted) <= LONGEST else f"{quoted[:LONGEST]}-{hashlib.sha256(run.encode()).hexdigest()[:16]}"
