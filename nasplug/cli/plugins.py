"""`nasplug list` and `nasplug show`, and the commands that plugins bring along."""

from importlib.util import find_spec
from typing import Any

import attrs
import click

from nasplug.cli.completion import plugin_names
from nasplug.cli.output import emit, print_json, print_table
from nasplug.errors import DiscoveryError, did_you_mean
from nasplug.loading import discovery, manager, options

KINDS: dict[str, discovery.Kind] = {"spaces": "space", "strategies": "strategy", "middleware": "middleware"}


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--check", is_flag=True, help="Load every plugin and tell which are broken.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def list_command(kind: str | None, check: bool, as_json: bool) -> None:
    """List the installed spaces, strategies and middleware, from their metadata alone."""
    kinds = [KINDS[kind]] if kind else list(KINDS.values())
    found = [plugin for one in kinds for plugin in discovery.installed(one)]
    problems = [_problem(plugin, found, check) for plugin in found]
    if as_json:
        return print_json([attrs.asdict(p) | {"problem": problem} for p, problem in zip(found, problems, strict=True)])
    print_table("", ("kind", "name", "provided by"), [(p.kind, p.name, p.provider) for p in found])
    for problem in filter(None, problems):
        click.echo(f"! {problem}", err=True)
    return None


@click.command()
@click.argument("name", shell_complete=plugin_names())
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def show_command(name: str, as_json: bool) -> None:
    """Show the options of the plugin NAME with types, defaults and help, and what provides it."""
    kinds = [kind for kind in KINDS.values() if any(p.name == name for p in discovery.installed(kind))]
    if not kinds and ":" not in name:
        raise DiscoveryError(_unknown(name))
    shown = [_shown(kind, name) for kind in kinds or ["space"]]  # a package.module:Class may be of any kind
    if as_json:
        return print_json(shown[0] if len(shown) == 1 else shown)
    for plugin in shown:
        source = (
            (f"{plugin['distribution']} {plugin['version']}", plugin["class"]) if kinds else ("named by its class",)
        )
        title = " · ".join((f"{plugin['kind']} {name}" if kinds else name, *source))
        emit(f"{title}\n{plugin['help']}\n" + ("" if plugin["options"] else "\nNo options."))
        rows = [
            (o["name"], o["type"], "" if o["default"] is None else str(o["default"]), o["help"])
            for o in plugin["options"]
        ]
        if rows:
            print_table("Options", ("name", "type", "default", "what it is"), rows)
    return None


def register_plugin_commands(group: click.Group, name: str) -> None:
    """Lets the plugin `name` add its commands to `group`, or every plugin where none has that name ("" for all).

    A broken plugin is passed over unless it is the one named: its commands are just not there.
    """
    everything = [plugin for kind in KINDS.values() for plugin in discovery.installed(kind)]
    named = [plugin for plugin in everything if plugin.name == name]
    for plugin in named or everything:
        try:
            made = manager.make(plugin.kind, plugin.name, {})
            if hasattr(made, "register_commands"):
                made.register_commands(group=group)
        except Exception:  # a foreign plugin must not take other commands down with it
            if named:
                raise


def _problem(plugin: discovery.Installed, found: list[discovery.Installed], check: bool) -> str | None:
    if sum(other.kind == plugin.kind and other.name == plugin.name for other in found) > 1:
        return f"{plugin.kind} {plugin.name!r} of {plugin.provider} clashes: another distribution claims the name"
    if check:
        return discovery.problem(plugin)
    package = plugin.value.partition(":")[0].partition(".")[0]
    missing = f"{plugin.kind} {plugin.name!r} of {plugin.provider} is broken: there is no package {package!r}"
    return None if find_spec(package) else missing


def _shown(kind: discovery.Kind, name: str) -> dict[str, Any]:
    plugin, cls = discovery.find(kind, name), discovery.load(kind, name)
    settable = [
        {
            "name": field.name,
            "type": options.type_name(options.type_of(cls, field.name)),
            "default": None if field.default is attrs.NOTHING else _plain(field.default),
            "help": field.metadata.get("help", ""),
        }
        for field in options.fields(cls).values()
    ]
    summary = (cls.__doc__ or "").strip().partition("\n\n")[0]
    return attrs.asdict(plugin) | {"class": plugin.value, "help": " ".join(summary.split()), "options": settable}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | float | str | bool | None) else str(value)


def _unknown(name: str) -> str:
    known = sorted({plugin.name for kind in KINDS.values() for plugin in discovery.installed(kind)})
    return f"No plugin named {name!r} is installed.{did_you_mean(name, known)} Installed: {', '.join(known)}."
