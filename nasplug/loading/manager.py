"""The plugin manager of one run: it holds one space, at most one strategy, and the middleware."""

import re
import tempfile
import uuid
from collections.abc import Sequence
from functools import partial
from inspect import signature
from typing import Any

import pluggy

from nasplug.errors import OptionError, PluginError, did_you_mean
from nasplug.hookspecs import HookSpecs
from nasplug.loading import discovery, options
from nasplug.loading.fallback_hooks import FallbackHooks
from nasplug.types import Job

REQUIRED = {"space": ("sample", "mutate", "evaluate"), "strategy": ("suggest",), "middleware": ()}


def make(kind: discovery.Kind, plugin: str | object, given: dict[str, Any]) -> Any:
    """Makes a plugin from its name or its class and options; returns an instance as it is.

    Raises `DiscoveryError` or `OptionError`, also for options that are given beside an instance.
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
    """Returns the name of a plugin in a run: that of its entry point, or of its class where it is an instance."""
    if isinstance(plugin, str):
        return plugin
    return str(getattr(plugin, "name", None) or (plugin if isinstance(plugin, type) else type(plugin)).__name__)


def empty() -> pluggy.PluginManager:
    """Returns a manager that knows the hooks and holds no plugin."""
    manager = pluggy.PluginManager("nasplug")
    manager.add_hookspecs(HookSpecs)
    return manager


def build(
    space: object, strategy: object | None = None, middleware: Sequence[object] = (), space_name: str = ""
) -> pluggy.PluginManager:
    """Returns a manager of these instances and the fallback hooks; the first of `middleware` is called first.

    Raises `PluginError` for a misspelt hook, wrong arguments, or a required hook that is missing.
    """
    manager = empty()
    manager.register(FallbackHooks(space_name or name_of(space), manager.hook), name="fallback")
    _register(manager, space, "space")
    if strategy is not None:
        _register(manager, strategy, "strategy")
    for plugin in reversed(middleware):  # pluggy calls the last registered first
        _register(manager, plugin, "middleware")
    return manager


def space(name: str, **given: Any) -> pluggy.HookRelay:
    """Returns the hooks of a space with these options, to be called without a run.

    `nasplug.space("proxyless").sample(rng=rng)` draws an architecture. What the space cannot do raises `Unsupported`.
    `evaluate` may be called without a `job`, which is made up then.
    """
    return with_job(build(make("space", name, given), space_name=name).hook)


def with_job(hook: pluggy.HookRelay) -> pluggy.HookRelay:
    """Lets `evaluate` be called without a job, as before there were any, and returns the hooks."""
    hook.evaluate = partial(_evaluate, hook.evaluate)  # type: ignore[attr-defined]
    return hook


def _evaluate(caller: pluggy.HookCaller, **arguments: Any) -> Any:
    """Calls the hook `evaluate`, with a job of no run unless one is given."""
    if "job" not in arguments:
        architecture = arguments["architecture"]
        values = {name: arguments[name] for name in ("seed", "purpose", "epochs")}
        arguments["job"] = Job(0, "no run/0", architecture, str(architecture), folder=_unused_folder(), **values)
    return caller(**arguments)


def _unused_folder() -> str:
    return f"{tempfile.gettempdir()}/nasplug-{uuid.uuid4().hex}"


def register(manager: pluggy.PluginManager, plugin: object, owner: str) -> None:
    """Registers a plugin, whatever kind it is of. Raises `PluginError`, which begins with `owner`, for a wrong hook."""
    if type(plugin).__hash__ is None:
        raise PluginError(f"{owner} is unhashable: decorate its class with @attrs.define(eq=False).")
    try:
        manager.register(plugin)
    except pluggy.PluginValidationError as error:
        raise PluginError(f"{owner} breaks {_broken(error)}") from error
    _check_hooks(manager, plugin, owner)


def _register(manager: pluggy.PluginManager, plugin: object, kind: str) -> None:
    owner = f"The {kind} {type(plugin).__name__!r}"
    register(manager, plugin, owner)
    implemented = {caller.name for caller in manager.get_hookcallers(plugin) or ()}
    missing = [hook for hook in REQUIRED[kind] if hook not in implemented]
    if missing:
        unmarked = all(callable(getattr(plugin, hook, None)) for hook in missing)
        raise PluginError(
            f"{owner} lacks the required hook{'s' * (len(missing) > 1)} {', '.join(missing)}. "
            + ("Its methods of that name need " if unmarked else "Write a method of that name, with ")
            + "the decorator @nasplug.hookimpl."
        )


def _check_hooks(manager: pluggy.PluginManager, plugin: object, owner: str) -> None:
    hooks = [hook for hook in vars(HookSpecs) if not hook.startswith("_")]
    for caller in manager.get_hookcallers(plugin) or ():
        if not caller.has_spec():
            raise PluginError(
                f"{owner} implements the hook {caller.name!r}, which does not exist.{did_you_mean(caller.name, hooks)} "
                f"The hooks are: {', '.join(hooks)}."
            )
        implementation = next(hook for hook in caller.get_hookimpls() if hook.plugin is plugin)
        if implementation.kwargnames:
            raise PluginError(
                f"{owner}: {caller.name} gives defaults to {', '.join(implementation.kwargnames)}, "
                f"so pluggy would never pass them. Remove the defaults."
            )
        is_executor = caller.name == "evaluate" and getattr(plugin, "executes", False)
        if is_executor and (implementation.tryfirst or implementation.trylast):
            raise PluginError(
                f"{owner} is an executor, which is the innermost middleware: nasplug decides when its evaluate is "
                "called. Write @nasplug.hookimpl without tryfirst and trylast."
            )


def _broken(error: pluggy.PluginValidationError) -> str:
    """Returns pluggy's message without the plugin's number, and the arguments of the hook."""
    sentence = " ".join(str(error).split())
    match = re.match(r"Plugin .*? for hook '(\w+)' (.*)", sentence)
    if match is None:
        return f"a hook's contract: {sentence}"
    hook, problem = match.groups()
    arguments = [name for name in signature(getattr(HookSpecs, hook)).parameters if name != "self"]
    return f"the contract of the hook {hook!r}: {problem}. The hook's arguments are: {', '.join(arguments)}."
