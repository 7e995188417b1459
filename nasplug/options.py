"""Options of plugins: the attrs fields of a plugin's class, and the `key=value` texts that set them."""

import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from inspect import get_annotations
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import attrs

from nasplug.errors import OptionError, UsageError, did_you_mean

_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def option(default: Any, help: str, **field: Any) -> Any:
    """Returns an attrs field that users set as `--space-opt name=value`; use it in a plugin's class body.

    `help` is shown by `nasplug show`. Further arguments go to `attrs.field` (`validator`, …).
    """
    return attrs.field(default=default, metadata={"help": help}, **field)


def fields(plugin: type) -> dict[str, "attrs.Attribute[Any]"]:
    """Returns the options of a plugin class by name: its public attrs fields that can be set."""
    if not attrs.has(plugin):
        return {}
    return {f.name: f for f in attrs.fields(plugin) if f.init and not f.name.startswith("_")}


def type_of(plugin: type, name: str) -> Any:
    """Returns the type of one option; other annotations of the class may name what is imported for checkers only."""
    for owner in plugin.__mro__:
        if name in (own := get_annotations(owner)):
            probe = type("probe", (), {"__annotations__": {name: own[name]}})
            return get_type_hints(probe, vars(sys.modules[owner.__module__]))[name]
    return str


def type_name(kind: Any) -> str:
    """Returns how a user reads the type of an option: `int`, `a|b`, `path`, …"""
    if get_origin(kind) is Literal:
        return "|".join(str(value) for value in get_args(kind))
    if get_args(kind):
        return " or ".join(type_name(part) for part in get_args(kind) if part is not type(None))
    return {Path: "path"}.get(kind, getattr(kind, "__name__", str(kind)))


def make(plugin: type, options: Mapping[str, Any], owner: str) -> Any:
    """Returns an instance of `plugin` with `options`, texts converted to the types of its fields.

    Raises `OptionError` naming `owner` for an unknown option, a value of the wrong type, or one
    that a validator refuses.
    """
    known = fields(plugin)
    for name in options:
        if name not in known:
            listing = ", ".join(known) or "none"
            raise OptionError(
                f"{owner} has no option {name!r}.{did_you_mean(name, known)} Its options: {listing}. "
                f"See 'nasplug show {owner}'."
            )
    values = {n: _convert(value, type_of(plugin, n), f"{owner}: option {n}") for n, value in options.items()}
    try:
        return plugin(**values)
    except (ValueError, TypeError) as error:
        raise OptionError(f"{owner}: {error.args[0] if error.args else error}") from error


def parse(texts: Iterable[str]) -> dict[str, str]:
    """Returns `{"a": "1"}` for `["a=1"]`. Raises `UsageError` for a text without `=` or a name given twice."""
    values: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"wanted name=value, got {text!r}")
        if name in values:
            raise UsageError(f"option {name!r} is given twice")
        values[name.replace("-", "_")] = value
    return values


def parse_plugin(text: str) -> tuple[str, dict[str, str]]:
    """Returns `("log", {"path": "x"})` for `log:path=x`, the form of `--with NAME:key=value,…`."""
    if ":" in text and "=" not in text.partition(":")[2]:  # package.module:Class without options
        return text, {}
    name, _, rest = text.partition(":")
    if rest and rest.partition("=")[0].find(":") > 0:  # package.module:Class:key=value
        kind, _, rest = rest.partition(":")
        name = f"{name}:{kind}"
    return name, parse(_split(rest)) if rest else {}


def _split(text: str) -> list[str]:
    """Splits at commas, but leaves `a=1,2` whole: a part without `=` belongs to the option before it."""
    parts: list[str] = []
    for part in text.split(","):
        if "=" in part or not parts:
            parts.append(part)
        else:
            parts[-1] += f",{part}"
    return parts


def _convert(value: Any, kind: Any, where: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return _from_text(value, kind)
    except (ValueError, KeyError):
        raise OptionError(f"{where} wants {type_name(kind)}, got {value!r}") from None


def _from_text(text: str, kind: Any) -> Any:
    if get_origin(kind) is Literal:
        return {str(value): value for value in get_args(kind)}[text]
    if get_origin(kind) is tuple:
        return tuple(_from_text(part, get_args(kind)[0]) for part in text.split(","))
    if get_args(kind):  # a union: the first member that reads the text, None written "none"
        return _from_union(text, get_args(kind))
    if kind is bool:
        return _WORDS[text.lower()]
    return kind(text) if kind in (int, float, str, Path) else text


def _from_union(text: str, kinds: tuple[Any, ...]) -> Any:
    if type(None) in kinds and text.lower() == "none":
        return None
    for kind in kinds:
        if kind is not type(None):
            with suppress(ValueError, KeyError):
                return _from_text(text, kind)
    raise ValueError(f"{text!r} is none of {kinds}")
