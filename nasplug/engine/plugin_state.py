"""What an instance of a plugin was made with, as JSON values that are the same in every process."""

import hashlib
import inspect
import json
import math
import re
from contextlib import suppress
from numbers import Number
from typing import Any

LONGEST = 1000  # characters of an argument that is stored; of a longer one, a table say, the digest is
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")


def constructor_arguments(plugin: object) -> dict[str, Any]:
    """Returns what a plain class was made with: the attributes `width` or `_width` for an argument `width`, by name.

    Where an argument has no such attribute, it returns all attributes. What attrs takes are options, and no part of it.
    """
    init = type(plugin).__init__
    written_by_attrs = [vars(kind).get("__init__") for kind in type(plugin).__mro__ if "__attrs_attrs__" in vars(kind)]
    if init in written_by_attrs or not inspect.isfunction(init):
        return {}
    _, *parameters = inspect.signature(init).parameters
    attributes = _attributes(plugin)
    holders = {name: parameter for parameter in parameters for name in (parameter, f"_{parameter}")}
    held = {name: value for name, value in attributes.items() if name in holders}
    complete = {holders[name] for name in held} == set(parameters)
    return {name: _digest_of_long(as_json(value)) for name, value in (held if complete else attributes).items()}


def as_json(value: Any) -> Any:
    """Returns a value as JSON has it: a text for what it does not have, the same in every process."""
    if isinstance(value, tuple | list):
        return [as_json(part) for part in value]
    if isinstance(value, set | frozenset):
        return sorted((as_json(part) for part in value), key=repr)
    if isinstance(value, dict):
        return {str(key): as_json(part) for key, part in value.items()}
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)  # JSON has no NaN and no infinity; an option reads the word
    return value if isinstance(value, int | float | str | bool | None) else _text(value)


def _attributes(plugin: object) -> dict[str, Any]:
    """Returns the attributes of an instance, those in slots too."""
    state: Any = object.__getstate__(plugin)
    parts = state if isinstance(state, tuple) else (state,)
    return {name: value for part in parts if part for name, value in part.items()}


def _text(value: Any) -> str:
    """Returns the text of a value; of an array the digest, and the name of the type where the text has an address."""
    if isinstance(value, Number):
        return str(value)
    with suppress(TypeError, ValueError, BufferError):  # of what has no bytes
        return f"{type(value).__name__} {_digest(value)}"
    with suppress(Exception):  # a foreign __str__ may raise anything
        if not _ADDRESS.search(text := str(value)):
            return text
    return str(getattr(value, "__qualname__", type(value).__qualname__))


def _digest_of_long(value: Any) -> Any:
    text = json.dumps(value, sort_keys=True)
    return value if len(text) <= LONGEST else f"{type(value).__name__} {_digest(text.encode())}"


def _digest(content: Any) -> str:
    return hashlib.sha256(content).hexdigest()[:16]
