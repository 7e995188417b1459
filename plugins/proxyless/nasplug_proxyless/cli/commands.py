"""`nasplug proxyless …`: count, describe, latency and train for one architecture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs
import click

from nasplug import UsageError
from nasplug.plugin import print_json, print_table
from nasplug_proxyless import counts
from nasplug_proxyless.cli.arguments import answer, as_json, network_size, parse, space_of, space_options
from nasplug_proxyless.cli.latency import latency
from nasplug_proxyless.presentation import table


@click.group()
def proxyless() -> None:
    """The ProxylessNAS space: sizes, latency and training of one architecture."""


proxyless.add_command(latency)


@proxyless.command()
@click.argument("arch")
@network_size
@click.option("--classes", type=click.IntRange(min=1), default=1000, show_default=True)
@as_json
def count(arch: str, width: float, resolution: int, classes: int, as_json: bool) -> None:
    """Parameters and multiply-adds of ARCH, by default as the paper counts them."""
    parameters, multiply_adds = counts.tabulate(width, resolution, classes).of([parse(arch).code])[0]
    values = {"parameters": int(parameters), "multiply_adds": int(multiply_adds)}
    answer(values, as_json, f"{parameters:,} parameters, {multiply_adds:,} multiply-adds")


@proxyless.command()
@click.argument("arch")
@network_size
@as_json
def describe(arch: str, width: float, resolution: int, as_json: bool) -> None:
    """The blocks of ARCH as a table: filters, pixels of the output's side, kernel-expansion of every layer."""
    rows = [attrs.asdict(row) for row in table(parse(arch).code, width, resolution)]
    if as_json:
        print_json({"blocks": rows})
    else:
        print_table("", list(rows[0]), [list(row.values()) for row in rows])


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
    space_opt: Sequence[str],
    as_json: bool,
) -> None:
    """Train ARCH and report its accuracy; with --export also write the network, and check what was written.

    With --purpose search it is trained as often as for a trial of a search: twelve times on an embedded task.
    """
    architecture, space = parse(arch), space_of(space_opt)
    if export and purpose != "final":
        raise UsageError("--export writes the network of a final training: leave --purpose search away.")
    from nasplug.training.litert import interpreter
    from nasplug_proxyless.trainer import Trainer

    if export:
        interpreter()  # says what is missing before hours of training
    trainer = Trainer.of(space.training_options)
    exported: dict[str, Any] = {}
    trained = trainer.train(architecture, purpose, epochs, seed) if export else None
    evaluation = trained.evaluation if trained else trainer.evaluate(architecture, purpose, epochs, seed)
    try:
        if trained and export:
            exported = trainer.export(trained, export)
    finally:  # the evaluation is printed even where a file is wrong
        request = {"architecture": str(architecture), "purpose": purpose, "seed": seed}
        split = "test" if purpose == "final" else "validation"
        sentence = f"{evaluation.accuracy:.2f} % {split} accuracy after {evaluation.cost:.1f} s of training"
        lines = [sentence, *(f"{name}: {value}" for name, value in exported.items())]
        answer({**request, **attrs.asdict(evaluation), **exported}, as_json, "\n".join(lines))
