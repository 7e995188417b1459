"""Imports the objects that `package.module:Class` names, and says what went wrong there."""

import os
import sys
from contextlib import suppress
from difflib import get_close_matches
from functools import reduce
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from traceback import extract_tb
from typing import Any

from nasplug.errors import error_text


class ImportFailed(Exception):
    """An object could not be imported. The message says what there was instead, without a full stop.

    `raised` is true where the module is there and raised an error, false where there is no such module or no such name.
    """

    def __init__(self, message: str, raised: bool) -> None:
        super().__init__(message)
        self.raised = raised


def is_installed(value: str) -> bool:
    """Returns whether Python finds the module of `package.module:Class` as its path is now; imports nothing."""
    with suppress(ValueError, ImportError):  # `__main__` has no specification
        return find_spec(value.partition(":")[0].partition(".")[0]) is not None
    return True


def add_current_folder(value: str) -> None:
    """Adds the current folder to the end of Python's path, unless the module of `value` is found without it.

    It stays there for what the module imports later, and worker processes inherit it. At the end, so that a file that
    happens to lie there hides no installed module.
    """
    folder = current_folder()
    if folder is not None and folder not in sys.path and not is_installed(value):
        sys.path.append(folder)


def current_folder() -> str | None:
    """Returns the current folder; None where somebody has deleted it."""
    with suppress(OSError):
        return os.getcwd()
    return None


def imported(value: str) -> Any:
    """Imports the object that `package.module:name` names and returns it. Raises `ImportFailed`."""
    module_name, _, name = value.partition(":")
    try:
        module = import_module(module_name)
    except (Exception, SystemExit) as error:  # a foreign module may raise anything, a script may call sys.exit
        raise ImportFailed(*_explained(module_name, error)) from error
    try:
        return reduce(getattr, name.split(".") if name else [], module)
    except AttributeError as error:
        similar = "".join(f", but {near!r}" for near in get_close_matches(name, dir(module), n=1))
        place = getattr(module, "__file__", None) or "a folder without code"
        raise ImportFailed(f"no {name!r} in the module {module_name} ({place}){similar}", raised=False) from error
    except Exception as error:  # of a module that imports a name when it is first used
        raise ImportFailed(*_explained(module_name, error)) from error


def _explained(module: str, error: BaseException) -> tuple[str, bool]:
    """Returns the arguments of `ImportFailed` for what importing a module raised."""
    is_name = all(part.isidentifier() for part in module.split("."))
    missing = isinstance(error, ModuleNotFoundError) and f"{module}.".startswith(f"{error.name}.")
    return f"{error_text(error)}{'' if missing else _place(error)}", is_name and not missing


def _place(error: BaseException) -> str:
    """Returns file and line where an error was raised, where its text does not say so."""
    own = (__file__, import_module.__code__.co_filename)
    frames = [f for f in extract_tb(error.__traceback__) if f.filename not in own and not f.filename.startswith("<")]
    if not frames or isinstance(error, SyntaxError):
        return ""
    return f" ({Path(frames[-1].filename).name}, line {frames[-1].lineno})"
