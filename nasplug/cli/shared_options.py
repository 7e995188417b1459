"""The options that several commands share, and the completion of plugin names."""

from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from nasplug.loading import options
from nasplug.loading.discovery import GROUPS, PLURALS, Kind, installed
from nasplug.loading.paths import expanded_path
from nasplug.loading.trust import check_trusted

DEFAULT_URL = "sqlite:///nasplug.db"  # as in nasplug.storage.url, whose import takes SQLAlchemy along


class ExpandedPath(click.Path):
    """A path in which `~` and `$VAR` count, also where no shell has read it: in `--out=~/x`."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Returns the path; fails with a message of click where it cannot be used."""
        return super().convert(expanded_path(value), param, ctx)


FILE = ExpandedPath(dir_okay=False, path_type=Path)
FOLDER = ExpandedPath(file_okay=False, path_type=Path)


def plugin_names(*kinds: Kind) -> Callable[[click.Context, click.Parameter, str], list[str]]:
    """Returns a `shell_complete` function for the names of installed plugins of these kinds; without one, of all."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        names = {plugin.name for kind in kinds or GROUPS for plugin in installed(kind)}
        return sorted(name for name in names if name.startswith(incomplete))

    return complete


class LatencyRange(click.ParamType[tuple[float, float]]):
    """Reads `LOW:HIGH` as two numbers of milliseconds."""

    name = "LOW:HIGH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[float, float]:
        """Returns the two numbers; fails with a message of click for any other text."""
        try:
            low, high = map(float, str(value).split(":"))
        except ValueError:
            self.fail(f"{value!r} is not LOW:HIGH in milliseconds, 75:85 for instance.", param, ctx)
        return low, high


def _parse_options(_: click.Context, parameter: click.Parameter, texts: Sequence[str]) -> dict[str, str]:
    return options.parse_options(texts, parameter.opts[0])


def plugin_option(kind: Kind, required: bool = True) -> Callable[[Any], Any]:
    """Returns the option that names a plugin of that kind."""
    what = f"The {kind}; 'nasplug list {PLURALS[kind]}' shows them."
    return click.option(f"--{kind}", required=required, metavar="NAME", shell_complete=plugin_names(kind), help=what)


def _plugin_options(kind: Kind) -> Callable[[Any], Any]:
    what = f"Options of the {kind}; 'nasplug show NAME' lists them."
    name = f"{kind}_options"
    return click.option(f"--{kind}-opt", name, multiple=True, metavar="k=v,…", callback=_parse_options, help=what)


space, strategy = plugin_option("space"), plugin_option("strategy")
space_options, strategy_options = _plugin_options("space"), _plugin_options("strategy")
epochs = click.option("--epochs", type=int, help="Epochs of each training.  [default: the space's]")
device = click.option("--device", help="Measure every architecture's latency on this device, pixel1 for instance.")
latency = click.option("--latency", type=LatencyRange(), help="Only architectures of this latency in ms on --device.")
objective = click.option(
    "--objective",
    "objectives",
    multiple=True,
    metavar="NAME[:max|min]",
    help="What to search for, the main one first: accuracy, latency or any metric.  [default: the space's]",
)
limit = click.option(
    "--limit", "limits", multiple=True, metavar="'NAME<=VALUE'", help="What every architecture must keep."
)
goal_options = (objective, limit)
storage = click.option(
    "--storage", metavar="URL", default=DEFAULT_URL, show_default=True, help="The database of the runs, or its file."
)
safe = click.option("--safe", is_flag=True, help="Use no plugins but nasplug's own and those that NASPLUG_SAFE names.")
as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document on standard output.")


def checks_trust(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--safe` to a command: its space, strategies, device and task must then be trusted, or it is not called.

    Stands right above the command's function, which does not get the value of `--safe`.
    """

    @safe
    @wraps(command)
    def checked(safe: bool, **arguments: Any) -> Any:
        """Returns what the command returns."""
        if safe:
            for strategy in arguments.get("strategies") or [arguments.get("strategy")]:
                name = strategy and options.parse_plugin(strategy)[0]
                check_trusted(arguments["space"], name, (), arguments["device"], arguments.get("space_options"))
        return command(**arguments)

    return checked
