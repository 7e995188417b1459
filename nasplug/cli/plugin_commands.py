"""The commands that plugins register: the hook `register_commands`, called where a command is not the core's."""

import click
import pluggy

from nasplug.errors import NasplugError, PluginError, error_text
from nasplug.loading import discovery, manager

KINDS: tuple[discovery.Kind, ...] = ("space", "strategy", "middleware")  # of plugins that may have commands


def register_plugin_commands(group: click.Group, name: str) -> list[NasplugError]:
    """Lets the plugin `name` register its commands in `group`, or all plugins where none has that name.

    Returns the errors of plugins that could not, so that one takes no command of the others away. The error of the
    plugin that is named is raised.
    """
    plugins = [plugin for kind in KINDS for plugin in discovery.installed(kind)]
    named = [plugin for plugin in plugins if plugin.name == name]
    commands, problems = manager.empty(), []
    owners: dict[object, str] = {}
    for plugin in reversed(named or plugins):  # pluggy calls the last registered first
        owner = f"The {plugin.kind} {plugin.name!r} of {plugin.provider}"
        try:
            owners[_registered(commands, plugin, owner)] = owner
        except NasplugError as error:
            problems.append(error)
    problems += _call(commands, owners, group)
    if named and problems:
        raise problems[0]
    return problems


def _registered(commands: pluggy.PluginManager, plugin: discovery.Installed, owner: str) -> object:
    """Makes a plugin, registers it and returns it."""
    try:
        instance: object = manager.make(plugin.kind, plugin.name, {})
    except NasplugError:
        raise
    except Exception as error:  # a foreign class may raise anything
        raise _failure(owner, error) from error
    try:
        manager.register(commands, instance, owner)
    except PluginError:
        if commands.is_registered(instance):  # pluggy 1.6 keeps the hooks that it has checked before the wrong one
            commands.unregister(instance)
        raise
    return instance


def _call(commands: pluggy.PluginManager, owners: dict[object, str], group: click.Group) -> list[NasplugError]:
    """Calls the hook, and returns the errors of the plugins that raise: then each is asked alone."""
    try:
        commands.hook.register_commands(group=group)
        return []
    except Exception:  # a foreign hook may raise anything, and pluggy then asks no other
        return [problem for instance in owners if (problem := _call_alone(commands, owners, instance, group))]


def _call_alone(
    commands: pluggy.PluginManager, owners: dict[object, str], instance: object, group: click.Group
) -> NasplugError | None:
    others = [other for other in owners if other is not instance]
    try:
        commands.subset_hook_caller("register_commands", others)(group=group)
    except Exception as error:  # as above
        return _failure(owners[instance], error)
    return None


def _failure(owner: str, error: Exception) -> PluginError:
    problem = PluginError(f"{owner} cannot register its commands: {error_text(error)}")
    problem.__cause__ = error
    return problem
