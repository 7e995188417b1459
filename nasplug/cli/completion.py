"""`nasplug completion`, and what a shell may complete: the names of installed plugins."""

from collections.abc import Callable

import click
from click.shell_completion import get_completion_class

from nasplug.loading.discovery import GROUPS, Kind, installed

Complete = Callable[[click.Context, click.Parameter, str], list[str]]


def plugin_names(*kinds: Kind) -> Complete:
    """Returns click's `shell_complete` for the name of an installed plugin of these kinds; of any, without one."""

    def complete(_: click.Context, __: click.Parameter, incomplete: str) -> list[str]:
        names = {plugin.name for kind in kinds or GROUPS for plugin in installed(kind)}
        return sorted(name for name in names if name.startswith(incomplete))

    return complete


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of a shell, to be evaluated at its start: eval "$(nasplug completion bash)"."""
    from nasplug.cli import cli

    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(cli, {}, "nasplug", "_NASPLUG_COMPLETE").source())
