"""`nasplug doctor`: what is installed and what is wrong with it. `nasplug completion`: a shell's completion."""

import attrs
import click
from click.shell_completion import get_completion_class

from nasplug.cli import shared_options as shared
from nasplug.cli.output import print_json, print_table
from nasplug.tools.doctor import examine


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


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(context: click.Context, shell: str) -> None:
    """Print the completion script of a shell, to be evaluated at its start: eval "$(nasplug completion bash)"."""
    script = get_completion_class(shell)
    assert script is not None
    click.echo(script(context.find_root().command, {}, "nasplug", "_NASPLUG_COMPLETE").source())
