"""`nasplug predictor …`."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click

from nasplug import Architecture, InvalidArchitecture, StorageError, Trial, UsageError
from nasplug.plugin import parse_options, plugin_names

if TYPE_CHECKING:
    from nasplug_strategies.neural.pool import Pool
    from nasplug_strategies.neural.strategy import NeuralPredictorSearch

TOP = 10  # K of the regret
OF_SEARCHES = ("n", "k", "pool", "refit", "shortlist", "explore")


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
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV with the columns architecture,accuracy (percent).",
)
@click.option("--splits", default=10, show_default=True, type=click.IntRange(1), help="Random splits, 79 : 40.")
@click.option(
    "--top", type=click.IntRange(1), help=f"K of the regret.  [default: {TOP}, at most half of what is tested]"
)
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
    top: int | None,
    seed: int,
    options: tuple[str, ...],
    as_json: bool,
) -> None:
    """Cross-validate hyper-parameters: mean and standard deviation over repeated random splits.

    Options count as in a search: what the space recommends, and over it what is given here.
    """
    from nasplug.plugin import print_json
    from nasplug_strategies.predictor.cross_validation import cross_validate, tested

    tried = [(choice, strategy(space, space_options, choice).settings()) for choice in grid(options)]
    pool, accuracy = known(space, space_options, data)
    top = top or min(TOP, max(1, tested(len(accuracy)) // 2))
    results = []
    for choice, settings in tried:
        metrics = cross_validate(*pool.shown(settings["preset"]), accuracy, settings, splits, top, seed)
        results.append({"options": choice} | metrics)
        click.echo(_line(choice, metrics), err=as_json)
    if as_json:
        about = {"space": space, "data": str(data), "samples": len(accuracy), "splits": splits, "top": top}
        print_json(about | {"results": results})


def grid(texts: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yields every combination of the values given for each option: `["a=1", "a=2"]` gives two.

    Raises `UsageError` for a text without `=`, and for an option that nothing but a search has.
    """
    values: dict[str, list[str]] = {}
    for name, value in (pair for text in texts for pair in parse_options([text], "--strategy-opt").items()):
        if name in OF_SEARCHES:
            raise UsageError(
                f"{name} is an option of searches: here a predictor is judged on the rows of --data alone."
            )
        values.setdefault(name, []).append(value)
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def strategy(space: str, space_options: Iterable[str], choice: dict[str, str]) -> "NeuralPredictorSearch":
    """Returns the strategy that a search on this space would make of the option texts. Raises what a search would."""
    from nasplug.plugin import Selection

    given = parse_options(space_options, "--space-opt")
    return cast("NeuralPredictorSearch", Selection.of(space, "neural_predictor", given, dict(choice)).strategy)


def known(space: str, space_options: Iterable[str], data: Path) -> "tuple[Pool, list[float]]":
    """Returns the architectures of a CSV file whose networks differ, encoded, and their accuracies in percent.

    A network in several rows, which would be trained on and tested, has the mean of its accuracies.
    Raises `StorageError` naming the line, or the architecture, that is wrong.
    """
    import nasplug
    from nasplug.plugin import read_trials
    from nasplug_strategies.neural.pool import Pool

    hook = nasplug.space(space, **parse_options(space_options, "--space-opt"))
    architectures, accuracy = _by_network(read_trials(data, hook), hook)
    try:
        return Pool.encoded(hook, architectures), accuracy
    except InvalidArchitecture:  # of a space whose canonical form is the code, whatever that is
        _refuse_first_invalid(hook, architectures, data)
        raise


def _by_network(trials: Sequence[Trial], hook: Any) -> tuple[list[Architecture], list[float]]:
    """Returns the first architecture of each network, and the mean of its accuracies; says how many rows repeat one."""
    found: dict[str, list[Trial]] = {}
    for trial in trials:
        found.setdefault(hook.canonical(architecture=trial.architecture), []).append(trial)
    if repeated := len(trials) - len(found):
        said = f"{repeated} of {len(trials)} rows repeat a network: one row each, with the mean accuracy."
        click.echo(said, err=True)
    means = [sum(trial.accuracy or 0.0 for trial in each) / len(each) for each in found.values()]
    return [each[0].architecture for each in found.values()], means


def _refuse_first_invalid(hook: Any, architectures: Iterable[Architecture], data: Path) -> None:
    for architecture in architectures:
        try:
            hook.encode_graph(architectures=[architecture])
        except InvalidArchitecture as error:
            raise StorageError(f"{data}, architecture {architecture}: {error}") from error


def _line(choice: dict[str, str], metrics: dict[str, dict[str, float]]) -> str:
    named = " ".join(f"{name}={value}" for name, value in choice.items()) or "defaults"
    found = "  ".join(f"{name} {m['mean']:.3f} ± {m['std']:.3f}" for name, m in metrics.items())
    return f"{named}:  {found}"
