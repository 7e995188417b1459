"""Arguments, options and output that the commands of `nasplug proxyless` share."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import click

from nasplug import Architecture, InvalidArchitecture
from nasplug.plugin import make, parse_options
from nasplug_proxyless.operations import check

as_json: Callable[[Any], Any] = click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
space_options: Callable[[Any], Any] = click.option(
    "--space-opt", multiple=True, metavar="KEY=VALUE", help="An option of the space; see 'nasplug show proxyless'."
)


def network_size(command: Callable[..., Any]) -> Callable[..., Any]:
    """Returns the command with the options `--width` and `--resolution`, whose defaults are the paper's."""
    positive = click.FloatRange(min=0, min_open=True)
    at_least_one, pixels = click.IntRange(min=1), "Height and width of the images in pixels."
    command = click.option("--resolution", type=at_least_one, default=224, show_default=True, help=pixels)(command)
    factor = "Factor for the number of filters of every layer."
    return click.option("--width", type=positive, default=1.0, show_default=True, help=factor)(command)


def parse(text: str) -> Architecture:
    """Returns the architecture written as `0,1,…` or `proxyless:0,1,…`. Raises `InvalidArchitecture`."""
    try:
        architecture = Architecture.parse(text, space="proxyless")
    except ValueError as error:
        raise InvalidArchitecture(str(error)) from None
    check(architecture.code)
    return architecture


def space_of(texts: Sequence[str]) -> Any:
    """Returns the space, a `Proxyless`, with the options given as `key=value`. Raises `UsageError`."""
    return make("space", "proxyless", parse_options(texts))


def answer(values: dict[str, Any], as_json: bool, sentence: str) -> None:
    """Prints the values as one JSON document, or the sentence."""
    click.echo(json.dumps(values) if as_json else sentence)
