"""`nasplug proxyless …`: count, latency and train for one architecture."""

from pathlib import Path
from typing import Any

import attrs
import click

from nasplug.errors import UsageError
from nasplug_proxyless import counts
from nasplug_proxyless.arguments import answer, as_json, parse, space_of, space_options
from nasplug_proxyless.latency_commands import latency


@click.group()
def proxyless() -> None:
    """The ProxylessNAS space: sizes, latency and training of one architecture."""


proxyless.add_command(latency)


@proxyless.command()
@click.argument("arch")
@as_json
def count(arch: str, as_json: bool) -> None:
    """Parameters and multiply-adds at width 1, 224×224 pixels and 1000 classes."""
    parameters, multiply_adds = counts.tabulate().of([parse(arch).code])[0]
    values = {"parameters": int(parameters), "multiply_adds": int(multiply_adds)}
    answer(values, as_json, f"{parameters:,} parameters, {multiply_adds:,} multiply-adds")


@proxyless.command()
@click.argument("arch")
@click.option("--purpose", type=click.Choice(["search", "final"]), default="final", show_default=True)
@click.option("--epochs", type=click.IntRange(min=1), help="[the task's recipe]")
@click.option("--seed", type=int, default=0, show_default=True)
@click.option("--export", type=click.Path(file_okay=False, path_type=Path), help="Folder for SavedModel and .tflite.")
@space_options
@as_json
def train(
    arch: str,
    purpose: Any,
    epochs: int | None,
    seed: int,
    export: Path | None,
    space_options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Train one network and report its accuracy; with --export also write it, and check what was written."""
    architecture, space = parse(arch), space_of(space_options)
    if export and purpose != "final":
        raise UsageError("--export writes the network of a final training: leave --purpose search away.")
    from nasplug_proxyless.trainer import Trainer

    trainer = Trainer.of(space)
    split = "test" if purpose == "final" else "validation"
    if export is None:
        found = trainer.evaluate(architecture, purpose, epochs, seed)
        exported = {}
    else:
        trained = trainer.train(architecture, purpose, epochs, seed)
        found, exported = trained.evaluation, trainer.export(trained, export)
    values = {"architecture": str(architecture), "purpose": purpose, "seed": seed, **attrs.asdict(found), **exported}
    sentence = f"{found.accuracy:.2f} % {split} accuracy after {found.cost:.1f} s of training"
    answer(values, as_json, "\n".join([sentence, *(f"{name}: {value}" for name, value in exported.items())]))
