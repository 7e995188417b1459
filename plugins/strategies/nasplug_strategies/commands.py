"""`nasplug predictor …`."""

import json
from collections.abc import Iterable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

import click

from nasplug.cli.completion import plugin_names
from nasplug.errors import OptionError


@click.group()
def predictor() -> None:
    """Judge the Neural Predictor on architectures whose accuracy is known."""


@predictor.command()
@click.option(
    "--space", required=True, shell_complete=plugin_names("space"), help="Search space that the architectures are of."
)
@click.option("--space-opt", "space_options", multiple=True, metavar="KEY=VALUE", help="Option of the space.")
@click.option(
    "--data",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV with the columns architecture,accuracy (percent).",
)
@click.option("--splits", default=10, show_default=True, type=click.IntRange(1), help="Random splits, 79 : 40.")
@click.option("--top", default=10, show_default=True, type=click.IntRange(1), help="K of the regret.")
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@click.option(
    "--strategy-opt",
    "options",
    multiple=True,
    metavar="KEY=VALUE",
    help="Option of neural_predictor; one given several times makes a grid.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def cv(
    space: str,
    space_options: tuple[str, ...],
    data: Path,
    splits: int,
    top: int,
    seed: int,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Cross-validate hyper-parameters: mean and standard deviation over repeated random splits."""
    from nasplug_strategies.cv_data import encoded
    from nasplug_strategies.predictor.cross_validation import cross_validate

    graphs, features, accuracy = encoded(space, space_options, data)
    results = []
    for choice in grid(options):
        metrics = cross_validate(graphs, features, accuracy, predictor_settings(choice), splits, top, seed)
        results.append({"options": choice} | metrics)
        click.echo(_line(choice, metrics), err=as_json)
    if as_json:
        about = {"space": space, "data": str(data), "samples": len(accuracy), "splits": splits, "top": top}
        click.echo(json.dumps(about | {"results": results}, indent=2))


def grid(texts: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yields every combination of the values given for each option: `["a=1", "a=2"]` gives two.

    Raises `OptionError` for a text without `=`.
    """
    values: dict[str, list[str]] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals:
            raise OptionError(f"wanted --strategy-opt KEY=VALUE, got {text!r}")
        values.setdefault(name.replace("-", "_"), []).append(value)
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def predictor_settings(choice: dict[str, str]) -> dict[str, Any]:
    """Returns the predictor's settings for option texts of the strategy. Raises `OptionError` as a search would."""
    from nasplug.options import make
    from nasplug_strategies.neural_predictor import NeuralPredictorSearch

    strategy: NeuralPredictorSearch = make(NeuralPredictorSearch, choice, "neural_predictor")
    return strategy.settings()


def _line(choice: dict[str, str], metrics: dict[str, dict[str, float]]) -> str:
    named = " ".join(f"{name}={value}" for name, value in choice.items()) or "defaults"
    found = "  ".join(f"{name} {m['mean']:.3f} ± {m['std']:.3f}" for name, m in metrics.items())
    return f"{named}:  {found}"
