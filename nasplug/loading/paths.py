"""Paths as people write them."""

import os


def expanded_path(path: str | os.PathLike[str]) -> str:
    """Returns a path with `~`, `~user`, `$VAR` and `${VAR}` replaced, as a shell does; what is unknown stays.

    Called wherever a path is read: a shell expands neither `data=~/x` nor what a file or Python says.
    """
    return os.path.expanduser(os.path.expandvars(os.fspath(path)))
