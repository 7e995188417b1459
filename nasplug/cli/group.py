"""The command `nasplug`, which imports its subcommands when they are called, and the exit codes of the program."""

import gc
import logging
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from nasplug.cli.output import exit_now
from nasplug.errors import NasplugError, UsageError, did_you_mean, error_text
from nasplug.loading.streams import escape_controls, make_streams_safe

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

COMMANDS = {  # the module of each command, and its help in the list of commands
    "run": ("run", "Search a space with a strategy."),
    "ask": ("sessions", "Ask a run for architectures to evaluate yourself."),
    "tell": ("sessions", "Tell a run the result of an architecture."),
    "profile": ("profile", "Show what a space holds, and whether bounds can be met in it."),
    "list": ("plugins", "List the installed plugins."),
    "show": ("plugins", "Show a plugin's options with types, defaults and help."),
    "new": ("authoring", "Make a project for a space or strategy of your own."),
    "check": ("authoring", "Test whether a plugin keeps the laws of its kind."),
    "doctor": ("plugins", "Show what is installed, and what is wrong with it."),
    "runs": ("runs", "List the runs of a storage, delete or rename one."),
    "trials": ("stored_runs", "List the trials of a run."),
    "best": ("stored_runs", "Show the best architecture of a run."),
    "export": ("stored_runs", "Write the trials of a run as CSV or JSON."),
    "compare": ("compare", "Compare strategies over independent repeats."),
    "frontier": ("frontier", "Find the frontier of accuracy against latency."),
    "report": ("figures", "Write a run as one self-contained page."),
    "plot": ("figures", "Draw runs and comparisons as PNG, SVG or PDF."),
    "completion": ("group", "Print the completion script of a shell."),
}


class Commands(click.Group):
    """The core's commands, and those that plugins register when their name is used.

    `problems` are the errors of plugins that could not register theirs.
    """

    problems: Sequence[NasplugError] = ()

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Returns the names of the core's commands and of those that plugins have registered."""
        return [*dict.fromkeys([*COMMANDS, *self.commands])]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Imports and returns a command of the core or of a plugin; None where there is none of that name."""
        if cmd_name in COMMANDS:
            module = import_module(f"nasplug.cli.{COMMANDS[cmd_name][0]}")
            command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
            return command
        if cmd_name not in self.commands:
            self._register_commands_of(cmd_name)
        return self.commands.get(cmd_name)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """Returns the completions of `incomplete`, among them the commands of all plugins."""
        self._register_commands_of("")
        return super().shell_complete(ctx, incomplete)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the commands, without importing them, and the plugins that may register their own."""
        from nasplug.loading.discovery import installed

        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])
        with formatter.section("Plugins that may have commands of their own: see 'nasplug PLUGIN'"):
            for kind in ("space", "strategy"):
                formatter.write_text(", ".join(plugin.name for plugin in installed(kind)))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Returns name, command and other arguments. Raises `UsageError`, with similar names, for an unknown one."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            raise UsageError(self._explain_unknown(args[0], error.message)) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Calls the command. An `EOFError` becomes a `RuntimeError`: click would take it for Ctrl-D and exit."""
        try:
            return super().invoke(ctx)
        except EOFError as error:
            raise RuntimeError(f"EOFError: {error}") from error

    def _explain_unknown(self, name: str, message: str) -> str:
        """Returns a message for an unknown command: similar names, or the commands that the plugin `name` has."""
        from nasplug.loading.discovery import GROUPS, installed

        for plugin in (plugin for kind in GROUPS for plugin in installed(kind) if plugin.name == name):
            brings = " and ".join(f"'nasplug {command}'" for command in self.commands) or "no commands"
            return f"The {plugin.kind} {name!r} brings {brings}. 'nasplug show {name}' explains its options."
        hint = f"{did_you_mean(name, [*COMMANDS, *self.commands])} 'nasplug --help' lists the commands."
        return message + hint + "".join(f"\n{problem}" for problem in self.problems)

    def _register_commands_of(self, plugin: str) -> None:
        from nasplug.cli.plugin_commands import register_plugin_commands

        self.problems = register_plugin_commands(self, plugin)


def _print_version(ctx: click.Context, _: click.Parameter, asked: bool) -> None:
    if asked and not ctx.resilient_parsing:
        from nasplug.loading.distributions import version_of

        click.echo(f"nasplug {version_of('nasplug')}")
        ctx.exit()


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an error. May stand anywhere.")
def cli(debug: bool) -> None:
    """Neural architecture search: any strategy on any search space.

    Start with: nasplug run --space proxyless --strategy neural_predictor
    """


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion_command(shell: str) -> None:
    """Print the completion script of a shell, to be evaluated at its start: eval "$(nasplug completion bash)"."""
    from click.shell_completion import get_completion_class

    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(cli, {}, "nasplug", "_NASPLUG_COMPLETE").source())


def main(arguments: list[str] | None = None) -> None:
    """Runs the command line and ends the process: 0 done, 1 an error, 2 wrong use, 130 Ctrl-C, 143 SIGTERM."""
    make_streams_safe()
    gc.set_threshold(50_000)  # thousands of trials hold no cycles: looking for some costs a tenth of reading them
    arguments = sys.argv[1:] if arguments is None else arguments
    debug = "--debug" in arguments
    if debug:
        logging.getLogger("nasplug").setLevel(logging.DEBUG)
    try:
        code = cli.main([argument for argument in arguments if argument != "--debug"], "nasplug", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.ClickException as error:
        error.show()
        sys.exit(error.exit_code)
    except click.Abort:
        click.echo("Interrupted.", err=True)
        code = 130
    except (Exception, BaseExceptionGroup) as error:
        if debug:
            raise
        click.echo(f"Error: {escape_controls(_message(error))}", err=True)
        code = 2 if isinstance(error, UsageError) else 1
    exit_now(code)  # outside of `except`, where the error would keep alive all that its traceback refers to


def _message(error: BaseException) -> str:
    if isinstance(error, NasplugError):
        return str(error)
    return f"{error_text(error)}\nThis is not an error that nasplug expects; --debug shows where it came from."
