"""Packages that only a part of nasplug needs, and that an installation may lack."""

from collections.abc import Iterable
from importlib.util import find_spec

from nasplug.errors import MissingPackage


def require_packages(packages: Iterable[str], who: str, install: str) -> None:
    """Raises `MissingPackage` unless all packages are installed; imports none.

    `who` needs them, in the plural: the message begins with it. `install` are the arguments of `pip install`.
    """
    missing = [name for name in packages if find_spec(name) is None]
    if missing:
        be = "is" if len(missing) == 1 else "are"
        raise MissingPackage(f"{who} need {', '.join(missing)}, which {be} not installed: pip install {install}.")
