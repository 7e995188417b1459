"""For authors of plugins. `nasplug new`: a project to begin with. `nasplug check`: the laws of the conformance kit."""

from collections import Counter
from pathlib import Path
from typing import Any, Literal

import attrs
import click

from nasplug.cli import shared_options as shared
from nasplug.cli.output import print_json
from nasplug.errors import UsageError
from nasplug.loading import discovery, options
from nasplug.tools.scaffold import create

MARKS = {"kept": "✓", "broken": "✗", "not applicable": "–", "not checked": "?"}


@click.command()
@click.argument("kind", type=click.Choice(["space", "strategy"]))
@click.argument("name")
@click.option("--out", type=shared.FOLDER, metavar="DIR", help="The new folder.  [default: nasplug-NAME]")
def new_command(kind: Literal["space", "strategy"], name: str, out: Path | None) -> None:
    """Make a pip-installable project for a space or strategy NAME, which passes its own tests."""
    folder = out or Path(f"nasplug-{name.replace('_', '-')}")
    for path in create(kind, name, folder):
        click.echo(f"  {path}")
    run = f"--space {name} --strategy random" if kind == "space" else f"--space nasbench101 --strategy {name}"
    click.echo(
        f"\nA {kind} that works already; change it into yours. Next:\n"
        f'  cd {folder}\n  pip install -e ".[test]"\n  pytest\n  nasplug run {run} --budget 20'
    )


@click.command()
@click.argument("kind", type=click.Choice(["space", "strategy", "middleware"]))
@click.argument("name", shell_complete=shared.plugin_names("space", "strategy", "middleware"))
@click.option("--opt", multiple=True, metavar="k=v", help="An option of the plugin; 'nasplug show NAME' lists them.")
@click.option("--epochs", type=int, help="Spaces: epochs of each training.  [default: the space's]")
@click.option("--device", multiple=True, help="Spaces: a device whose latency the space tells.")
@shared.as_json
def check_command(
    kind: discovery.Kind, name: str, opt: tuple[str, ...], epochs: int | None, device: tuple[str, ...], as_json: bool
) -> int:
    """Test the plugin NAME (or package.module:Class) with the conformance kit, and print one line a law.

    Spaces are really evaluated, a few architectures: choose options that make this short. Exit code 1 when a law is
    broken.
    """
    if kind != "space" and (epochs or device):
        raise UsageError("--epochs and --device are for spaces: leave them out.")
    discovery.load(kind, name)
    from nasplug.testing.laws import Verdict, check

    verdicts: list[Verdict] = []
    for verdict in check(_conformance(kind, name, options.parse_options(opt), epochs, device)):
        verdicts.append(verdict)
        if not as_json:
            click.echo(f"{MARKS[verdict.state]} {verdict.statement}{_indented(verdict.message)}")
    counts: Counter[str] = Counter(verdict.state for verdict in verdicts)
    if as_json:
        print_json([attrs.asdict(verdict) for verdict in verdicts])
    else:
        click.echo(", ".join(f"{counts[state]} {state}" for state in MARKS if counts[state] or state != "not checked"))
    return 1 if counts["broken"] else 0


def _conformance(
    kind: discovery.Kind, name: str, values: dict[str, Any], epochs: int | None, devices: tuple[str, ...]
) -> Any:
    """Returns the conformance class of the plugin, as an author would write it in a test."""
    from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance

    bases = {"space": SpaceConformance, "strategy": StrategyConformance, "middleware": MiddlewareConformance}
    for_spaces = {"epochs": epochs, "devices": devices} if kind == "space" else {}
    return type("Checked", (bases[kind],), {kind: name, "options": values} | for_spaces)


def _indented(message: str) -> str:
    return "".join(f"\n    {line}" for line in message.strip().splitlines())
