"""Confirmation: when a search has ended, its best networks are trained again before one of them is recommended."""

from collections import Counter
from collections.abc import Callable, Sequence

from nasplug.engine.measurements import network_of
from nasplug.engine.run import ActiveRun
from nasplug.types import Job, Suggestion, Trial


def missing_confirmations(
    run: ActiveRun, best: Callable[[int], list[Trial]], begun: Sequence[Trial | Job]
) -> list[Suggestion]:
    """Returns which trainings are missing until the K best networks of a run are trained R times more each.

    Networks that were begun after the last trial of the search stay chosen, however often a run is opened again; `best`
    returns as many trials of others as it is asked for. The K take turns, so that all are known about equally well.
    """
    if run.settings.confirm is None:
        return []
    count, repeats = run.settings.confirm
    begun_times = Counter(map(_network, begun))
    chosen = _chosen_before(run, begun)
    if len(chosen) < count:
        others = {network_of(trial): trial for trial in best(count)}
        chosen |= {network: trial for network, trial in others.items() if network not in chosen}
    networks = list(chosen)[:count]
    again = [(nth, chosen[network]) for network in networks for nth in range(begun_times[network], repeats)]
    return [Suggestion(trial.architecture, trial.epochs) for _, trial in sorted(again, key=lambda pair: pair[0])]


def _chosen_before(run: ActiveRun, begun: Sequence[Trial | Job]) -> dict[str, Trial]:
    """Returns the best search trial of each network whose confirmation has begun, unless the search went on since."""
    last = max((trial.number for trial in run.trials), default=-1)
    searched = {network_of(trial): trial for trial in run.goal.ranking(run.trials)}
    networks = dict.fromkeys(_network(each) for each in begun if each.number > last)
    return {network: searched[network] for network in networks if network in searched}


def _network(each: Trial | Job) -> str:
    return each.canonical or str(each.architecture)
