"""`nasplug proxyless …`: count, describe, latency and train for one architecture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from nasplug import Evaluation, UsageError
from nasplug.plugin import ExpandedPath, print_json, print_table
from nasplug_proxyless import counts
from nasplug_proxyless.cli.arguments import answer, as_json, network_size, parse, space_of, space_options
from nasplug_proxyless.cli.latency import latency
from nasplug_proxyless.presentation import table

PURPOSES = click.Choice(["search", "final"])


@click.group(short_help="Size, latency and training of one ProxylessNAS network.")
def proxyless() -> None:
    """Commands for one architecture of the ProxylessNAS space: its size, its latency, its training."""


proxyless.add_command(latency)


@proxyless.command(short_help="Count parameters and multiply-adds.")
@click.argument("arch")
@network_size
@click.option("--classes", type=click.IntRange(min=1), default=1000, show_default=True, help="Classes of images.")
@as_json
def count(arch: str, width: float, resolution: int, classes: int, as_json: bool) -> None:
    """Count parameters and multiply-adds of ARCH; by default, of the network in the paper."""
    parameters, multiply_adds = counts.tabulate(width, resolution, classes).count([parse(arch).code])[0]
    values = {"parameters": int(parameters), "multiply_adds": int(multiply_adds)}
    answer(values, as_json, f"{parameters:,} parameters, {multiply_adds:,} multiply-adds")


@proxyless.command(short_help="Show the blocks.")
@click.argument("arch")
@network_size
@as_json
def describe(arch: str, width: float, resolution: int, as_json: bool) -> None:
    """Show the blocks of ARCH: filters, height and width of the output, kernel and expansion of every layer."""
    rows = [attrs.asdict(row) for row in table(parse(arch).code, width, resolution)]
    if as_json:
        print_json({"blocks": rows})
    else:
        print_table("", list(rows[0]), [list(row.values()) for row in rows])


@proxyless.command(short_help="Train an architecture, and export it.")
@click.argument("arch")
@click.option(
    "--purpose", type=PURPOSES, default="final", show_default=True, help="Train as in a search, or to the end."
)
@click.option("--epochs", type=click.IntRange(min=1), help="Epochs of the training. [default: the task's own]")
@click.option("--seed", type=int, default=0, show_default=True, help="Decides initial weights and order of images.")
@click.option(
    "--export", type=ExpandedPath(file_okay=False, path_type=Path), help="Folder for a SavedModel and a .tflite file."
)
@space_options
@as_json
def train(
    arch: str, purpose: Any, epochs: int | None, seed: int, export: Path | None, space_opt: Sequence[str], as_json: bool
) -> None:
    """Train ARCH and report its accuracy. With --export, also write the network to files and check them.

    With --purpose search, ARCH is trained as often as in a search: once on the default task.
    """
    architecture, space = parse(arch), space_of(space_opt)
    if export and purpose != "final":
        raise UsageError("--export writes the network of a final training: leave --purpose search away.")
    from nasplug.training import litert
    from nasplug_proxyless.trainer import Trainer

    if export:
        litert.interpreter()  # says what is missing before hours of training
    request = {"architecture": str(architecture), "purpose": purpose, "seed": seed}
    trainer = Trainer.of(space.training_options)
    if not export:
        _answer(request, trainer.evaluate(architecture, purpose, epochs, seed), {}, as_json)
        return
    trained, files = trainer.train(architecture, purpose, epochs, seed), {}
    try:
        files = trainer.export(trained, export)
    finally:  # the evaluation is printed even if a file is wrong
        _answer(request, trained.evaluation, files, as_json)


def _answer(request: dict[str, Any], evaluation: Evaluation, files: dict[str, Any], as_json: bool) -> None:
    """Prints the evaluation and the files of a training."""
    split = "test" if request["purpose"] == "final" else "validation"
    sentence = f"{evaluation.accuracy:.2f} % {split} accuracy after {evaluation.cost:.1f} s of training"
    lines = [sentence, *(f"{name}: {value}" for name, value in files.items())]
    answer({**request, **attrs.asdict(evaluation), **files}, as_json, "\n".join(lines))
