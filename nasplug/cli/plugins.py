"""`nasplug list`, `show` and `doctor`: what is installed."""

from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from inspect import Parameter, isclass, signature
from typing import Any

import attrs
import click

from nasplug.cli import shared_options as shared
from nasplug.cli.output import emit, print_json, print_table
from nasplug.errors import DiscoveryError, did_you_mean
from nasplug.loading import discovery, options
from nasplug.tools.doctor import examine

KINDS = {plural: kind for kind, plural in discovery.PLURALS.items()}


@click.command()
@click.argument("kind", type=click.Choice(list(KINDS)), required=False)
@click.option("--check", is_flag=True, help="Load every plugin and tell which are broken.")
@shared.as_json
def list_command(kind: str | None, check: bool, as_json: bool) -> None:
    """List the installed spaces, strategies, middleware, devices and tasks, without importing them."""
    plugins = _installed(*([KINDS[kind]] if kind else discovery.GROUPS))
    problems = [_problem(plugin, plugins, check) for plugin in plugins]
    if as_json:
        pairs = zip(plugins, problems, strict=True)
        return print_json([attrs.asdict(plugin) | {"problem": problem} for plugin, problem in pairs])
    if plugins:
        print_table("", ("kind", "name", "provided by"), [(p.kind, p.name, p.provider) for p in plugins])
    else:
        emit(f"Installed {kind or 'plugins'}: none." + " Spaces may know devices of their own." * (kind == "devices"))
    for problem in filter(None, problems):
        click.echo(f"! {problem}", err=True)
    return None


@click.command()
@click.argument("name", shell_complete=shared.plugin_names())
@shared.as_json
def show_command(name: str, as_json: bool) -> None:
    """Show the options of the plugin NAME with types, defaults and help, and what provides it."""
    kinds: Iterable[discovery.Kind] = dict.fromkeys(plugin.kind for plugin in _installed() if plugin.name == name)
    if not kinds and ":" not in name:
        known = sorted({plugin.name for plugin in _installed()})
        hint = did_you_mean(name, known)
        raise DiscoveryError(f"No plugin named {name!r} is installed.{hint} Installed: {', '.join(known)}.")
    documents = [_document(kind, name) for kind in kinds or ("space",)]  # a class may be of any kind
    if as_json:
        return print_json(documents[0] if len(documents) == 1 else documents)
    for document in documents:
        provider = f"{document['distribution']} {document['version']}"
        title = (f"{document['kind']} {name}", provider, document["class"]) if kinds else (name, "named by its class")
        emit(f"{' · '.join(title)}\n{document['help']}\n" + ("" if document["options"] else "\nNo options."))
        if document["options"]:
            rows = [list((o | {"default": _text(o["default"])}).values()) for o in document["options"]]
            print_table("Options", ("name", "type", "default", "what it is"), rows)
    return None


@click.command()
@shared.storage
@shared.as_json
def doctor_command(storage: str, as_json: bool) -> int:
    """Print versions, accelerators, data, storage and plugins, and the problem of each that has one.

    Exit code 1 where there is a problem.
    """
    findings = list(examine(storage))
    problems = [finding.problem for finding in findings if finding.problem]
    if as_json:
        print_json([attrs.asdict(finding) for finding in findings])
    else:
        rows = [("✗" if f.problem else "✓", f.section, f.name, f.found) for f in findings]
        print_table("", ("", "", "", ""), rows)
        for problem in problems:
            click.echo(f"! {problem}", err=True)
    return int(bool(problems))


def _installed(*kinds: discovery.Kind) -> list[discovery.Installed]:
    return [plugin for kind in kinds or discovery.GROUPS for plugin in discovery.installed(kind)]


def _problem(plugin: discovery.Installed, plugins: list[discovery.Installed], load: bool) -> str | None:
    """Returns the problem of a plugin among `plugins`, None without one; imports it only if it is to be loaded."""
    if sum(other.kind == plugin.kind and other.name == plugin.name for other in plugins) > 1:
        return f"{plugin.kind} {plugin.name!r} of {plugin.provider} clashes: another distribution claims the name"
    if load:
        return discovery.problem(plugin)
    package = plugin.value.partition(":")[0].partition(".")[0]
    missing = f"{plugin.kind} {plugin.name!r} of {plugin.provider} is broken: there is no package {package!r}"
    return None if find_spec(package) else missing


def _document(kind: discovery.Kind, name: str) -> dict[str, Any]:
    """Returns the name, class, help and options of a plugin as JSON values."""
    plugin = discovery.find(kind, name)
    factory: Any = (discovery.load_factory if kind == "task" else discovery.load)(kind, name)
    summary = " ".join((factory.__doc__ or "").strip().partition("\n\n")[0].split())
    return attrs.asdict(plugin) | {"class": plugin.value, "help": summary, "options": list(_options(factory))}


def _options(factory: Any) -> Iterator[dict[str, Any]]:
    """Yields the options of a plugin: its fields or, of a task that is a function, what it takes after a resolution."""
    for field in options.fields(factory).values():
        yield _option(field.name, options.type_of(factory, field.name), field.default, field.metadata.get("help", ""))
    for p in [] if isclass(factory) else list(signature(factory).parameters.values())[1:]:
        yield _option(p.name, p.annotation, p.default, "an option of the space, which passes it on")


def _option(name: str, of_type: Any, default: Any, text: str) -> dict[str, Any]:
    shown_type = "" if of_type is Parameter.empty else options.type_name(of_type)
    if default is attrs.NOTHING or default is Parameter.empty:
        default = None
    shown_default = default if isinstance(default, int | float | str | bool | None) else str(default)
    return {"name": name, "type": shown_type, "default": shown_default, "help": text}


def _text(value: Any) -> str:
    return "" if value is None else str(value)
