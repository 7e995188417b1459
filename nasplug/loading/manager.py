"""The plugin manager of one run: exactly one space, at most one strategy, and the middleware chosen."""

import re
from collections.abc import Sequence
from inspect import signature
from typing import Any

import pluggy

from nasplug.errors import OptionError, PluginError, did_you_mean
from nasplug.hookspecs import HookSpecs
from nasplug.loading import discovery, options
from nasplug.loading.fallback_hooks import FallbackHooks

REQUIRED = {"space": ("sample", "mutate", "evaluate"), "strategy": ("suggest",), "middleware": ()}


def make(kind: discovery.Kind, plugin: str | object, given: dict[str, Any]) -> Any:
    """Returns the plugin's instance: by its name or class and options, or the instance itself.

    Raises `DiscoveryError` or `OptionError`; options beside an instance are refused.
    """
    if isinstance(plugin, str):
        return options.make(discovery.load(kind, plugin), given, plugin)
    if isinstance(plugin, type):
        return options.make(plugin, given, plugin.__name__)
    if given:
        raise OptionError(
            f"Options {sorted(given)} beside an instance of {type(plugin).__name__}: set them on the instance."
        )
    return plugin


def name_of(plugin: str | object) -> str:
    """Returns the name under which a run speaks of a plugin: the entry point's, or the class's for an instance."""
    if isinstance(plugin, str):
        return plugin
    return str(getattr(plugin, "name", None) or (plugin if isinstance(plugin, type) else type(plugin)).__name__)


def build(
    space: object, strategy: object | None = None, middleware: Sequence[object] = (), space_name: str = ""
) -> pluggy.PluginManager:
    """Returns a manager that holds these instances and nothing else; the first of `middleware` is outermost.

    Raises `PluginError` for a misspelt hook, wrong arguments, or a required hook that is missing.
    """
    manager = pluggy.PluginManager("nasplug")
    manager.add_hookspecs(HookSpecs)
    manager.register(FallbackHooks(space_name or name_of(space), manager.hook), name="fallback")
    _register(manager, space, "space")
    if strategy is not None:
        _register(manager, strategy, "strategy")
    for plugin in reversed(middleware):  # pluggy calls the last registered first
        _register(manager, plugin, "middleware")
    return manager


def space(name: str, **given: Any) -> pluggy.HookRelay:
    """Returns a space alone, its hooks as attributes: `nasplug.space("proxyless").sample(rng=rng)`.

    What the space cannot do raises `Unsupported`, as in a run.
    """
    return build(make("space", name, given), space_name=name).hook


def _register(manager: pluggy.PluginManager, plugin: object, kind: str) -> None:
    owner = f"The {kind} {type(plugin).__name__!r}"
    if type(plugin).__hash__ is None:
        raise PluginError(f"{owner} is unhashable: decorate its class with @attrs.define(eq=False).")
    try:
        manager.register(plugin)
    except pluggy.PluginValidationError as error:
        raise PluginError(f"{owner} breaks {_broken(error)}") from error
    _check_hooks(manager, plugin, owner)
    have = {caller.name for caller in manager.get_hookcallers(plugin) or ()}
    missing = [hook for hook in REQUIRED[kind] if hook not in have]
    if missing:
        unmarked = all(callable(getattr(plugin, hook, None)) for hook in missing)
        raise PluginError(
            f"{owner} lacks the required hook{'s' * (len(missing) > 1)} {', '.join(missing)}. "
            + ("Its methods of that name need " if unmarked else "Write a method of that name, with ")
            + "the decorator @nasplug.hookimpl."
        )


def _check_hooks(manager: pluggy.PluginManager, plugin: object, owner: str) -> None:
    known = [hook for hook in vars(HookSpecs) if not hook.startswith("_")]
    for caller in manager.get_hookcallers(plugin) or ():
        if not caller.has_spec():
            raise PluginError(
                f"{owner} implements the hook {caller.name!r}, which does not exist.{did_you_mean(caller.name, known)} "
                f"The hooks are: {', '.join(known)}."
            )
        for implementation in caller.get_hookimpls():
            if implementation.plugin is plugin and implementation.kwargnames:
                raise PluginError(
                    f"{owner}: {caller.name} gives defaults to {', '.join(implementation.kwargnames)}, "
                    f"so pluggy would never pass them. Remove the defaults."
                )


def _broken(error: pluggy.PluginValidationError) -> str:
    """Returns pluggy's words in one sentence, without the number by which it calls a plugin, and what is right."""
    sentence = " ".join(str(error).split())
    named = re.match(r"Plugin .*? for hook '(\w+)' (.*)", sentence)
    if not named:
        return f"a hook's contract: {sentence}"
    wanted = [argument for argument in signature(getattr(HookSpecs, named[1])).parameters if argument != "self"]
    return f"the contract of the hook {named[1]!r}: {named[2]}. The hook's arguments are: {', '.join(wanted)}."
