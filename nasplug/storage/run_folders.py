"""Where the files of stored runs are: a folder for each run, in which each of its jobs has one."""

import hashlib
import os
import shutil
from pathlib import Path
from urllib.parse import quote

import sqlalchemy as sa

from nasplug.loading.paths import expanded_path
from nasplug.storage.url import sqlite_file

LONGEST = 150  # characters of a name; file systems take 255


def folder_beside(url: sa.URL, shown: str) -> Path:
    """Returns the folder for the files of a storage's runs: beside a SQLite file, else in the user's cache.

    `shown` is the URL without its password.
    """
    if file := sqlite_file(url):
        return file.absolute().with_name(f"{file.name}-files")
    cache = Path(expanded_path(os.environ.get("XDG_CACHE_HOME") or "~/.cache"))
    return cache / "nasplug" / "files" / hashlib.sha256(shown.encode()).hexdigest()[:16]


def folder_name(run: str) -> str:
    """Returns a name that no other run's folder has, and that is neither `.` nor `..`."""
    quoted = quote(run, safe="").replace(".", "%2E")
    return quoted if len(quoted) <= LONGEST else f"{quoted[:LONGEST]}-{hashlib.sha256(run.encode()).hexdigest()[:16]}"


def remove(folder: Path) -> None:
    """Removes a folder with all that is in it, if it is there. Raises `OSError` where it cannot be removed."""
    if folder.exists():
        shutil.rmtree(folder)


def move(folder: Path, to: Path) -> None:
    """Moves a folder, if it is there, in place of what no run has left at `to`. Raises `OSError` where it cannot."""
    if folder == to:
        return
    remove(to)
    if folder.exists():
        folder.rename(to)
