"""The folders of jobs, in which plugins keep checkpoints and artifacts."""

import os
import shutil
import tempfile
import uuid

import attrs


@attrs.define(eq=False)
class Folders:
    """One folder a job below `root`, which is that of a run; they are made when they are first asked for."""

    root: str

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
