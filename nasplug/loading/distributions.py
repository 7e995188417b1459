"""The installed distributions: their versions, and the entry points that they announce.

A distribution whose metadata cannot be read is ignored: an interrupted uninstallation leaves such folders on the path,
and one of them must spoil no other.
"""

import re
from collections.abc import Container, Iterator
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Any


def announced(groups: Container[str]) -> Iterator[tuple[metadata.EntryPoint, str, str]]:
    """Yields each entry point of the groups, with the name and the version of its distribution.

    Of several installations of a project, the first on `sys.path` counts, whose modules Python imports.
    """
    projects: set[str] = set()
    for distribution in metadata.distributions():
        points = [point for point in _entry_points(distribution) if point.group in groups]
        if points and (about := _name_and_version(distribution)):
            project = re.sub(r"[-_.]+", "-", about[0]).lower()
            if project not in projects:
                yield from ((point, *about) for point in points)
            projects.add(project)


def version_of(project: str) -> str | None:
    """Returns the version of an installed project; None where there is none."""
    found = map(_name_and_version, metadata.distributions(name=project))
    return next((about[1] for about in found if about), None)


def unreadable() -> list[Path]:
    """Returns the folders on the path that look like a distribution and are none, since they have no metadata."""
    distributions: list[Any] = [d for d in metadata.distributions() if not _name_and_version(d)]
    return [Path(getattr(distribution, "_path", distribution.locate_file(""))) for distribution in distributions]


def _entry_points(distribution: metadata.Distribution) -> list[metadata.EntryPoint]:
    with suppress(Exception):  # of a stranger's file, whatever is wrong with it
        return list(distribution.entry_points)
    return []


def _name_and_version(distribution: metadata.Distribution) -> tuple[str, str] | None:
    """Returns what the metadata say; None where they are missing, for which Python's versions have several ways."""
    with suppress(Exception):
        headers: Any = distribution.metadata
        name, version = headers.get("Name"), headers.get("Version")
        return (name, version) if name and version else None
    return None
