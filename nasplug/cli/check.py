"""`nasplug check`: the conformance kit on an installed plugin, one line a law."""

from collections import Counter
from typing import Any

import attrs
import click

from nasplug.cli.completion import plugin_names
from nasplug.cli.output import print_json
from nasplug.errors import UsageError
from nasplug.loading import discovery, options

MARKS = {"kept": "✓", "broken": "✗", "not applicable": "–"}


@click.command()
@click.argument("kind", type=click.Choice(list(discovery.GROUPS)))
@click.argument("name", shell_complete=plugin_names())
@click.option("--opt", multiple=True, metavar="k=v", help="An option of the plugin; 'nasplug show NAME' lists them.")
@click.option("--epochs", type=int, help="Spaces: epochs of each training.  [default: the space's]")
@click.option("--device", multiple=True, help="Spaces: a device whose latency the space tells.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def check_command(
    kind: discovery.Kind, name: str, opt: tuple[str, ...], epochs: int | None, device: tuple[str, ...], as_json: bool
) -> int:
    """Try the laws of the conformance kit on the plugin NAME (or package.module:Class), one line a law.

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
        click.echo(", ".join(f"{counts[state]} {state}" for state in MARKS))
    return 1 if counts["broken"] else 0


def _conformance(
    kind: discovery.Kind, name: str, given: dict[str, Any], epochs: int | None, devices: tuple[str, ...]
) -> Any:
    from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance

    bases = {"space": SpaceConformance, "strategy": StrategyConformance, "middleware": MiddlewareConformance}
    more = {"epochs": epochs, "devices": devices} if kind == "space" else {}
    return type("Checked", (bases[kind],), {kind: name, "options": given} | more)


def _indented(message: str) -> str:
    return "".join(f"\n    {line}" for line in message.strip().splitlines())
