"""Pickles for the workers of a run, in memory alone: they hold the code of what a worker cannot import."""

import sys
from collections import ChainMap
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from io import BytesIO
from operator import attrgetter
from typing import Any

import cloudpickle

from nasplug.engine.frames import message_of
from nasplug.errors import ConfigurationError


def importable(definition: Any) -> bool:
    """Returns whether a class or function can be imported by its name; what a script or notebook defines cannot."""
    module = sys.modules.get(definition.__module__)
    try:
        return definition.__module__ != "__main__" and attrgetter(definition.__qualname__)(module) is definition
    except AttributeError:
        return False


def pickled(space: object) -> bytes:
    """Returns the pickle of a space's instance. Raises `ConfigurationError` where something in it has none."""
    stream = BytesIO()
    try:
        _Pickler(stream).dump(space)
    except Exception as error:  # a foreign __reduce__ or __getstate__ may raise anything
        raise ConfigurationError(
            f"The space {type(space).__name__!r} cannot be sent to a worker: {message_of(error)}. Make what cannot be "
            "pickled in evaluate, or leave it out in __getstate__; or evaluate without processes, ray and --timeout."
        ) from error
    return stream.getvalue()


def _reduce_cached(function: Any) -> Any:
    if importable(function):
        return function.__qualname__
    return _cached, (function.__wrapped__, function.cache_parameters())


def _cached(function: Callable[..., Any], parameters: dict[str, Any]) -> Callable[..., Any]:
    made: Callable[..., Any] = lru_cache(**parameters)(function)
    return made


def _reduce_property(value: "cached_property[Any]") -> Any:
    return _property, (value.func, value.attrname)


def _property(function: Callable[[Any], Any], name: str) -> "cached_property[Any]":
    made = cached_property(function)
    made.__set_name__(object, name)
    return made


class _Pickler(cloudpickle.Pickler):
    """Sends by value what cloudpickle leaves to pickle, which has it by name, or not at all if it holds a lock."""

    dispatch_table = ChainMap(
        {type(cache(len)): _reduce_cached, cached_property: _reduce_property}, cloudpickle.Pickler.dispatch_table
    )
