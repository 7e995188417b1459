"""`nasplug predictor …`."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any, cast

import click

import nasplug
from nasplug import Architecture, InvalidArchitecture, StorageError, Trial, UsageError
from nasplug.plugin import ExpandedPath, Selection, parse_options, plugin_names, print_json, read_trials
from nasplug_strategies.neural.pool import Pool

TOP = 10  # K of the regret
SEARCH_OPTIONS = ("n", "k", "pool", "mutants", "refit", "shortlist", "explore")
Texts = tuple[str, ...]
key_values = partial(click.option, multiple=True, metavar="KEY=VALUE")


@click.group()
def predictor() -> None:
    """Judge the Neural Predictor on architectures whose accuracy is known."""


@predictor.command()
@click.option(
    "--space", required=True, shell_complete=plugin_names("space"), help="Search space that the architectures are of."
)
@key_values("--space-opt", "space_options", help="Option of the space.")
@click.option(
    "--data",
    required=True,
    type=ExpandedPath(dir_okay=False, path_type=Path),
    help="CSV with the columns architecture,accuracy (percent).",
)
@click.option("--splits", default=10, show_default=True, type=click.IntRange(1), help="Random splits, 79 : 40.")
@click.option(
    "--top", type=click.IntRange(1), help=f"K of the regret.  [default: {TOP}, at most half of what is tested]"
)
@click.option("--seed", default=0, show_default=True, type=click.IntRange(0))
@key_values("--strategy-opt", "options", help="Option of neural_predictor; one given several times makes a grid.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document.")
def cv(
    space: str, space_options: Texts, data: Path, splits: int, top: int | None, seed: int, options: Texts, as_json: bool
) -> None:
    """Cross-validate hyper-parameters: mean and standard deviation over repeated random splits.

    Options count as in a search: what the space recommends, and over it what is given here.
    """
    from nasplug_strategies.predictor.cross_validation import cross_validate, tested

    tried = [(choice, predictor_settings(space, space_options, choice)) for choice in grid(options)]
    pool, accuracy = known_networks(space, space_options, data)
    top = top or min(TOP, max(1, tested(len(accuracy)) // 2))
    results = []
    for choice, settings in tried:
        metrics = cross_validate(*pool.inputs(settings["preset"]), accuracy, settings, splits, top, seed)
        results.append({"options": choice} | metrics)
        click.echo(_line(choice, metrics), err=as_json)
    if as_json:
        about = {"space": space, "data": str(data), "samples": len(accuracy), "splits": splits, "top": top}
        print_json(about | {"results": results})


def grid(texts: Iterable[str]) -> Iterator[dict[str, str]]:
    """Yields every combination of the values given for each option: `["a=1", "a=2"]` gives two.

    Raises `UsageError` for a text without `=`, and for an option that only a search has.
    """
    values: dict[str, list[str]] = {}
    for name, value in (pair for text in texts for pair in parse_options([text], "--strategy-opt").items()):
        if name in SEARCH_OPTIONS:
            raise UsageError(f"{name} is an option of searches: here the rows of --data alone judge a predictor.")
        values.setdefault(name, []).append(value)
    for combination in product(*values.values()):
        yield dict(zip(values, combination, strict=True))


def predictor_settings(space: str, space_options: Iterable[str], choice: dict[str, str]) -> dict[str, Any]:
    """Returns the predictor's settings in a search with these options; raises what that search would raise."""
    selection = Selection.of(space, "neural_predictor", parse_options(space_options, "--space-opt"), dict(choice))
    return cast(Any, selection.strategy).predictor_options()  # type: ignore[no-any-return]


def known_networks(space: str, space_options: Iterable[str], data: Path) -> tuple[Pool, list[float]]:
    """Returns the architectures of a CSV file whose networks differ, encoded, and their accuracies in percent.

    A network in several rows, which would be trained on and tested, has the mean of its accuracies.
    Raises `StorageError` naming the line, or the architecture, that is wrong; `UsageError` where the space evaluates
    anything but percent.
    """
    hook = nasplug.space(space, **parse_options(space_options, "--space-opt"))
    if (objective := hook.objective()) and (objective.unit, objective.direction) != ("%", "max"):
        raise UsageError(f"Predictors are judged by accuracies in percent, and {space!r} evaluates {objective.name}.")
    architectures, accuracy = _by_network(read_trials(data, hook), hook)
    try:
        return Pool.encoded(hook, architectures), accuracy
    except InvalidArchitecture:  # of a space whose canonical form does not check the code
        _refuse_first_invalid(hook, architectures, data)
        raise


def _by_network(trials: Sequence[Trial], hook: Any) -> tuple[list[Architecture], list[float]]:
    """Returns the first architecture and the mean accuracy of each network; prints how many rows repeat one."""
    networks: dict[str, list[Trial]] = {}
    for trial in trials:
        networks.setdefault(hook.canonical(architecture=trial.architecture), []).append(trial)
    if repeated := len(trials) - len(networks):
        click.echo(
            f"{repeated} of {len(trials)} rows repeat a network: one row each, with the mean accuracy.", err=True
        )
    means = [sum(trial.accuracy or 0.0 for trial in equal) / len(equal) for equal in networks.values()]
    return [equal[0].architecture for equal in networks.values()], means


def _refuse_first_invalid(hook: Any, architectures: Iterable[Architecture], data: Path) -> None:
    for architecture in architectures:
        try:
            hook.encode_graph(architectures=[architecture])
        except InvalidArchitecture as error:
            raise StorageError(f"{data}, architecture {architecture}: {error}") from error


def _line(choice: dict[str, str], metrics: dict[str, dict[str, float]]) -> str:
    options = " ".join(f"{name}={value}" for name, value in choice.items()) or "defaults"
    return f"{options}:  " + "  ".join(f"{name} {m['mean']:.3f} ± {m['std']:.3f}" for name, m in metrics.items())
