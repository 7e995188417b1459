"""`nasplug proxyless …`: count, latency and train for one architecture."""

import json
from typing import Any

import attrs
import click

from nasplug import Architecture
from nasplug.errors import InvalidArchitecture, UsageError
from nasplug_proxyless import counts, latency
from nasplug_proxyless.operations import check

as_json = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")


def parse(text: str) -> Architecture:
    """Returns the architecture written as `0,1,…` or `proxyless:0,1,…`. Raises `InvalidArchitecture`."""
    try:
        architecture = Architecture.parse(text, space="proxyless")
    except ValueError as error:
        raise InvalidArchitecture(str(error)) from None
    check(architecture.code)
    return architecture


@click.group()
def proxyless() -> None:
    """The ProxylessNAS space: sizes, latency and training of one architecture."""


@proxyless.command()
@click.argument("arch")
@as_json
def count(arch: str, as_json: bool) -> None:
    """Parameters and multiply-adds at width 1, 224×224 pixels and 1000 classes."""
    parameters, multiply_adds = counts.tabulate().of([parse(arch).code])[0]
    values = {"parameters": int(parameters), "multiply_adds": int(multiply_adds)}
    _print(values, as_json, f"{parameters:,} parameters, {multiply_adds:,} multiply-adds")


@proxyless.command("latency")
@click.argument("arch")
@click.option("--device", required=True, help="pixel1")
@as_json
def latency_command(arch: str, device: str, as_json: bool) -> None:
    """Inference time in milliseconds."""
    code = parse(arch).code
    if device != "pixel1":
        raise UsageError(f"the space proxyless has no latency for the device {device!r}. It has: pixel1.")
    value = float(latency.pixel1([code])[0])
    _print({"latency": value}, as_json, f"{value:.2f} ms on {device}")


@proxyless.command()
@click.argument("arch")
@click.option("--purpose", type=click.Choice(["search", "final"]), default="final", show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), help="[the task's recipe]")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--space-opt", "space_options", multiple=True, metavar="KEY=VALUE", help="As for 'nasplug run'.")
@as_json
def train(
    arch: str, purpose: Any, epochs: int | None, seed: int, space_options: tuple[str, ...], as_json: bool
) -> None:
    """Train one network and report its accuracy."""
    from nasplug.options import make
    from nasplug.options import parse as parse_options
    from nasplug_proxyless.space import Proxyless

    architecture = parse(arch)
    space = make(Proxyless, parse_options(space_options), "proxyless")
    found = space.evaluate(architecture=architecture, purpose=purpose, epochs=epochs, seed=seed)
    values = {"architecture": str(architecture), "purpose": purpose, "seed": seed, **attrs.asdict(found)}
    split = "test" if purpose == "final" else "validation"
    _print(values, as_json, f"{found.accuracy:.2f} % {split} accuracy after {found.cost:.1f} s of training")


def _print(values: dict[str, Any], as_json: bool, sentence: str) -> None:
    click.echo(json.dumps(values) if as_json else sentence)
