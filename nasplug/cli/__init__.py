"""The command line: one file per command group, loaded when its command is called."""

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from nasplug.cli.leaving import leave
from nasplug.cli.streams import printable
from nasplug.errors import NasplugError, UsageError, did_you_mean

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {
    "run": ("nasplug.cli.run", "Search a space with a strategy."),
    "list": ("nasplug.cli.plugins", "List the installed spaces, strategies and middleware."),
    "show": ("nasplug.cli.plugins", "Show a plugin's options with types, defaults and help."),
    "new": ("nasplug.cli.new", "Make a project for a space or strategy of your own."),
    "check": ("nasplug.cli.check", "Try the laws of the conformance kit on a plugin."),
    "doctor": ("nasplug.cli.doctor", "Tell what this installation has, and what is wrong with it."),
    "runs": ("nasplug.cli.history", "List the runs that a storage holds."),
    "trials": ("nasplug.cli.history", "List the trials of a run."),
    "best": ("nasplug.cli.best", "Show the best architecture of a run."),
    "export": ("nasplug.cli.history", "Write the trials of a run as CSV or JSON."),
    "compare": ("nasplug.cli.compare", "Compare strategies over independent repeats."),
    "frontier": ("nasplug.cli.frontier", "Find the frontier of accuracy against latency."),
    "report": ("nasplug.cli.report", "Write a run as one self-contained page."),
    "plot": ("nasplug.cli.plot", "Draw runs and comparisons as PNG, SVG or PDF."),
    "completion": ("nasplug.cli.completion", "Print the completion script of a shell."),
}


class Commands(click.Group):
    """Loads a command when it is asked for: its own, or those that a plugin registers under its name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the core's commands, and those of the plugins that were asked for theirs."""
        return [*dict.fromkeys([*COMMANDS, *self.commands])]

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Returns what could follow, the commands of all plugins included."""
        from nasplug.cli.plugins import register_plugin_commands

        register_plugin_commands(self, "")
        return super().shell_complete(ctx, incomplete)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Returns the command of that name, importing its module; None where neither core nor plugin has it."""
        if cmd_name not in COMMANDS:
            return self._of_a_plugin(cmd_name)
        module = import_module(COMMANDS[cmd_name][0])
        command: click.Command = getattr(module, f"{cmd_name}_command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Lists the commands without importing them, and the plugins that may bring their own."""
        from nasplug.loading.discovery import installed

        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])
        with formatter.section("Commands of plugins: 'nasplug PLUGIN' tells, where a plugin brings any"):
            for kind in ("space", "strategy"):
                formatter.write_text(", ".join(plugin.name for plugin in installed(kind)))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns name, command and the rest. Raises `UsageError` with the nearest name for an unknown one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise UsageError(self._unknown(args[0], error.message)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Returns what the command returns. A file that ends too early is an error; click takes it for a Ctrl-D."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            raise RuntimeError(f"EOFError: {error}") from error

    def _unknown(self, name: str, message: str) -> str:
        """Returns what there is instead of the command `name`, which may be a plugin without a command of its name."""
        from nasplug.loading.discovery import GROUPS, installed

        for plugin in (plugin for kind in GROUPS for plugin in installed(kind) if plugin.name == name):
            brings = " and ".join(f"'nasplug {command}'" for command in self.commands) or "no commands"
            return f"The {plugin.kind} {name!r} brings {brings}. 'nasplug show {name}' explains its options."
        return f"{message}{did_you_mean(name, [*COMMANDS, *self.commands])} 'nasplug --help' lists the commands."

    def _of_a_plugin(self, name: str) -> click.Command | None:
        from nasplug.cli.plugins import register_plugin_commands

        if name not in self.commands:
            register_plugin_commands(self, name)
        return self.commands.get(name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="nasplug", message="nasplug %(version)s")
@click.option("--debug", is_flag=True, help="Show the traceback of an error. May stand anywhere.")
def cli(debug: bool) -> None:
    """Neural architecture search: any strategy on any search space.

    Start with: nasplug run --space proxyless --strategy neural_predictor
    """


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and ends the process: 0 done, 1 an error, 2 wrong use, 130 Ctrl-C, 143 SIGTERM."""
    given = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in given
    try:
        found = cli.main([argument for argument in given if argument != "--debug"], "nasplug", standalone_mode=False)
        sys.exit(found if isinstance(found, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        code = 130
    except Exception as error:
        if debug:
            raise
        click.echo(f"Error: {printable(_message(error))}", err=True)
        code = 2 if isinstance(error, UsageError) else 1
    leave(code)  # not before the error, and all that its frames keep, has gone


def _message(error: Exception) -> str:
    if isinstance(error, NasplugError):
        return str(error)
    return (
        f"{type(error).__name__}: {error}\nThis is not an error that nasplug expects; --debug shows where it came from."
    )
