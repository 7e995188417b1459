"""Errors that come back from a worker: as the names of their classes and their texts, whatever their classes are."""

import sys
from collections.abc import Callable
from contextlib import suppress
from operator import attrgetter
from typing import Any

from nasplug.engine.frames import last_frames
from nasplug.errors import error_message

LONGEST_MESSAGE = 1_000_000  # characters


class InWorker(Exception):
    """The last frames of an error in its worker, where Python shows what caused it."""


class FromWorker:
    """What an error from a worker is besides a subclass of its class: it has the text and the frames from there."""

    error: str
    kinds: list[str]
    frames_in_worker: str

    def __str__(self) -> str:
        return self.error

    def __reduce__(self) -> Any:
        return raised_again, (self.error, self.kinds, self.frames_in_worker)


def described(error: BaseException) -> dict[str, Any]:
    """Returns an error as JSON values: its text, the names of its class and of the classes above it, and its frames."""
    kinds = [f"{kind.__module__}:{kind.__qualname__}" for kind in type(error).__mro__]
    return {"error": error_message(error)[:LONGEST_MESSAGE], "kinds": kinds, "frames": last_frames(error)}


def raised_again(error: str, kinds: list[str], frames: str) -> Exception:
    """Returns an error that is caught, shown and named like the one that `described` was given.

    It is of a subclass of the first of its classes that this process has imported and can make; nothing is imported.
    """
    for base in filter(None, map(_loaded, kinds)):
        with suppress(Exception):  # of a class whose instances cannot be made without more arguments
            return _like(base, error, kinds, frames)
    return _like(RuntimeError, error, kinds, frames)


def attempted(function: Callable[..., Any], *arguments: Any) -> tuple[Any, dict[str, Any] | None]:
    """Returns what a function returns, and the error that it raised as `described`; a worker process calls this.

    An error that does not unpickle would break the pool, and with it the tasks of all other workers.
    """
    try:
        return function(*arguments), None
    except BaseException as error:
        return None, described(error)


def _loaded(name: str) -> type[Exception] | None:
    module, _, qualname = name.partition(":")
    with suppress(AttributeError):
        kind = attrgetter(qualname)(sys.modules.get(module))
        if isinstance(kind, type) and issubclass(kind, Exception):
            return kind
    return None


def _like(base: type[Exception], error: str, kinds: list[str], frames: str) -> Exception:
    module, _, qualname = kinds[0].partition(":")
    kind = type(qualname.rpartition(".")[2], (FromWorker, base), {"__module__": module, "__qualname__": qualname})
    made: Any = kind.__new__(kind, error)
    made.error, made.kinds, made.frames_in_worker = error, kinds, frames
    made.args = (error,)
    made.__cause__ = InWorker(f"\n{frames}")
    result: Exception = made
    return result
