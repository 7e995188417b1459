"""Pickles for the workers of a run, in memory alone: they hold the code of what a worker cannot import."""

import sys
from collections import ChainMap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from copyreg import __newobj__  # type: ignore[attr-defined]  # pickle's own way to make an instance
from functools import cache, cached_property, lru_cache
from io import BytesIO
from operator import attrgetter
from types import ModuleType
from typing import Any

import cloudpickle

from nasplug.errors import ConfigurationError, error_message


def importable(definition: Any) -> bool:
    """Returns whether a worker can import a class or function by its name.

    What a script or notebook defines it cannot, nor what is in a module that is sent by value.
    """
    name = definition.__module__
    if name in ("__main__", *cloudpickle.list_registry_pickle_by_value()):
        return False
    try:
        return attrgetter(definition.__qualname__)(sys.modules.get(name)) is definition
    except AttributeError:
        return False


@contextmanager
def sending(modules: Iterable[ModuleType]) -> Iterator[None]:
    """Sends by value whatever is pickled of these modules, which a worker cannot import, until the block ends."""
    registered = cloudpickle.list_registry_pickle_by_value()
    modules = [module for module in modules if module.__name__ not in registered]
    for module in modules:
        cloudpickle.register_pickle_by_value(module)
    try:
        yield
    finally:
        for module in modules:
            cloudpickle.unregister_pickle_by_value(module)


def pickled(space: object) -> bytes:
    """Returns the pickle of a space's instance. Raises `ConfigurationError` where something in it has none."""
    stream = BytesIO()
    try:
        _Pickler(stream).dump(space)
    except Exception as error:  # a foreign __reduce__ or __getstate__ may raise anything
        raise ConfigurationError(
            f"The space {type(space).__name__!r} cannot be sent to a worker: {error_message(error)}. Make what cannot "
            "be pickled in evaluate, or leave it out in __getstate__; or evaluate without processes, ray and --timeout."
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


def _has_more_than_fields(value: Any) -> bool:
    """Returns whether an instance has attributes that attrs or dataclasses leave out of the state of slotted classes.

    They do so where a class below has no slots, and sets attributes of its own.
    """
    wrote_getstate = getattr(getattr(type(value), "__getstate__", None), "__module__", None) or ""
    return wrote_getstate.partition(".")[0] in ("attr", "dataclasses") and bool(getattr(value, "__dict__", None))


def _reduce_whole(value: Any) -> Any:
    return __newobj__, (type(value),), object.__getstate__(value), None, None, _set_attributes


def _set_attributes(made: object, state: Any) -> None:
    for part in state if isinstance(state, tuple) else (state,):
        for name, value in (part or {}).items():
            object.__setattr__(made, name, value)


class _Pickler(cloudpickle.Pickler):  # type: ignore[misc]  # cloudpickle carries no types
    """Sends by value what cloudpickle leaves to pickle, which has it by name, or not at all if it holds a lock."""

    dispatch_table = ChainMap(
        {type(cache(len)): _reduce_cached, cached_property: _reduce_property}, cloudpickle.Pickler.dispatch_table
    )

    def reducer_override(self, value: Any) -> Any:
        """Returns how a value is made again; NotImplemented for the usual way."""
        return _reduce_whole(value) if _has_more_than_fields(value) else super().reducer_override(value)
