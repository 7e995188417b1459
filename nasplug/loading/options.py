"""Options of plugins: the attrs fields of a plugin's class, and the `key=value` texts that set them."""

import re
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from inspect import get_annotations
from itertools import chain
from operator import index
from pathlib import Path
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import attrs

from nasplug.errors import OptionError, UsageError, did_you_mean
from nasplug.loading.paths import expanded_path

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}
_SEPARATOR = re.compile(r",(?=[A-Za-z_][\w-]*=)")  # the comma before a name, not that in a value such as `a=1,2`


def option(default: Any, help: str, identity: bool = True, **field: Any) -> Any:
    """Returns an attrs field that users set as `--space-opt name=value`; use it in a plugin's class body.

    `help` is shown by `nasplug show`. `identity=False` says that the value decides no result, as the number of threads
    or the folder of the data: a run may be resumed with another one. Further arguments go to `attrs.field`
    (`validator`, …).
    """
    return attrs.field(default=default, metadata={"help": help, "identity": identity}, **field)


def fields(plugin: type) -> dict[str, "attrs.Attribute[Any]"]:
    """Returns the options of a plugin class by name: its public attrs fields that can be set."""
    if not attrs.has(plugin):
        return {}
    return {f.name: f for f in attrs.fields(plugin) if f.init and not f.name.startswith("_")}


def outside_identity(plugin: type) -> set[str]:
    """Returns the names of the options of a plugin class whose values decide no result."""
    return {name for name, field in fields(plugin).items() if not field.metadata.get("identity", True)}


def type_of(plugin: type, name: str) -> Any:
    """Returns the type of one option; other annotations may name what is imported for type checkers alone."""
    for owner in plugin.__mro__:
        if name in (own := get_annotations(owner)):
            one_option = type("OneOption", (), {"__annotations__": {name: own[name]}})
            return get_type_hints(one_option, vars(sys.modules[owner.__module__]))[name]
    return str


def type_name(kind: Any) -> str:
    """Returns the type of an option as messages show it: `int`, `a|b`, `path`, `int,…` for several."""
    if get_origin(kind) is Literal:
        return "|".join(str(value) for value in get_args(kind))
    if get_origin(kind) in (tuple, list):
        return f"{type_name(get_args(kind)[0])},…"
    if get_origin(kind) is dict:
        return "dict"
    if get_args(kind):
        return " or ".join(type_name(part) for part in get_args(kind) if part is not type(None))
    return {Path: "path"}.get(kind, getattr(kind, "__name__", str(kind)))


def make(plugin: type, options: Mapping[str, Any], owner: str) -> Any:
    """Converts each option to the type of its field, and returns the instance.

    Raises `OptionError` naming `owner` for an unknown option, or a value of the wrong type or that a validator refuses.
    """
    known_options = fields(plugin)
    for name in options:
        if name not in known_options:
            listing = ", ".join(known_options) or "none"
            raise OptionError(
                f"{owner} has no option {name!r}.{did_you_mean(name, known_options)} Its options: {listing}. "
                f"'nasplug show {owner}' explains them."
            )
    values = {name: _convert(value, type_of(plugin, name), owner, name) for name, value in options.items()}
    try:
        return plugin(**values)
    except (ValueError, TypeError) as error:
        text = str(error.args[0] if error.args else error)  # of attrs' validators: "'width' must be > 0: -1"
        raise OptionError(f"{owner}: " + re.sub(r"^('\w+' must be .+): (.+)$", r"\1, got \2", text)) from error


def parse_options(texts: Iterable[str], where: str = "an option") -> dict[str, str]:
    """Returns `{"a": "1", "b": "2,3", "c": "4"}` for `["a=1", "b=2,3,c=4"]`.

    Raises `UsageError`, which begins with `where`, for a text without `=` or a name given twice.
    """
    values: dict[str, str] = {}
    for text in chain.from_iterable(map(_SEPARATOR.split, texts)):
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"{where} wants name=value, got {text!r}.")
        name = name.replace("-", "_")
        if name in values:
            raise UsageError(f"{where} {name!r} is given twice.")
        values[name] = value
    return values


def parse_plugin(text: str) -> tuple[str, dict[str, str]]:
    """Returns `("log", {"path": "x"})` for `log:path=x`, the form of `--with NAME:key=value,…`."""
    name, _, rest = text.partition(":")
    if rest and "=" not in rest:  # package.module:Class without options
        return text, {}
    if rest and rest.partition("=")[0].find(":") > 0:  # package.module:Class:key=value
        kind, _, rest = rest.partition(":")
        name = f"{name}:{kind}"
    return name, parse_options([rest], f"{name}: an option") if rest else {}


def _convert(value: Any, kind: Any, owner: str, name: str) -> Any:
    try:
        return _read(value, kind)
    except (ValueError, KeyError, TypeError):
        raise OptionError(
            f"{owner}: option {name} wants {type_name(kind)}, got {value!r}. 'nasplug show {owner}' explains them."
        ) from None


def _read(value: Any, kind: Any) -> Any:
    """Converts a text or a value to the type `kind`. A value of any other type is returned unchanged."""
    if (origin := get_origin(kind)) is Literal:
        return {str(choice): choice for choice in get_args(kind)}[str(value)]
    if origin in (Union, UnionType):
        kinds = [part for part in get_args(kind) if part is not type(None)]
        if len(kinds) < len(get_args(kind)) and str(value).lower() == "none":
            return None
        return _read_first(value, kinds)
    if origin in (tuple, list):
        parts = value.split(",") if isinstance(value, str) else value
        return origin(_read(part, get_args(kind)[0]) for part in parts)
    if kind is bool:
        return _WORDS[str(value).lower()]
    if kind is int and not isinstance(value, str):
        return index(value)  # refuses 1.5, where int() would cut it
    if kind is str and not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    if kind is Path:
        return Path(expanded_path(value))
    return kind(value) if kind in (int, float, str) else value


def _read_first(value: Any, kinds: Iterable[Any]) -> Any:
    """Returns the value as the first of the types that accepts it."""
    for kind in kinds:
        with suppress(ValueError, KeyError, TypeError):
            return _read(value, kind)
    raise ValueError(f"{value!r} is none of {kinds}")
