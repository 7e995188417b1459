"""The commands that go on after a run."""

import shlex
from typing import TYPE_CHECKING, Any

import click

from nasplug.loading import options
from nasplug.loading.streams import escape_controls

if TYPE_CHECKING:
    from nasplug.engine.result import Result
    from nasplug.engine.run import ActiveRun

BUILDS = ("build", "train")  # commands of a space that write a network to files


def next_steps(run: "ActiveRun", result: "Result") -> list[str]:
    """Returns the commands that make a page of a run, and, where its space can, files of the recommended network."""
    from nasplug.storage.url import DEFAULT_URL

    place = [] if result.storage in (None, DEFAULT_URL) else ["--storage", str(result.storage)]
    steps = [
        ["nasplug", "report", result.run, "--out", f"{result.run.replace('/', '-').replace(':', '-')}.html", *place]
    ]
    if result.best and (build := _build_command(run)):
        code = ",".join(map(str, result.best.architecture.code))
        steps.append([*build, code, *_space_options(run), "--export", "network"])
    return [escape_controls(shlex.join(step)) for step in steps]


def _build_command(run: "ActiveRun") -> list[str] | None:
    """Returns the command of the run's space that exports a network; None where it has none."""
    group = click.Group()
    run.hook.register_commands(group=group)
    own = group.commands.get(run.settings.space)
    if not isinstance(own, click.Group):
        return None
    for name in BUILDS:
        command = own.commands.get(name)
        if command and any("--export" in parameter.opts for parameter in command.params):
            return ["nasplug", run.settings.space, name]
    return None


def _space_options(run: "ActiveRun") -> list[str]:
    """Returns the options of the run's space that are not at their default, as the command takes them."""
    fields: dict[str, Any] = options.fields(type(run.space))
    values = {name: getattr(run.space, name) for name in fields}
    changed = [f"{name}={value}" for name, value in values.items() if value != fields[name].default]
    return [word for text in changed for word in ("--space-opt", text)]
