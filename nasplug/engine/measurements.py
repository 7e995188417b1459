"""What all trainings of a network say together: their mean, how sure that is, and which network is recommended."""

import math
from collections.abc import Iterable, Sequence

import attrs

from nasplug.engine.objectives import Goal, fidelity
from nasplug.types import Trial

COPIES = ("duplicate", "cache")  # sources of trials that have the answer of another one
OF_ACCURACY = ("accuracy_std", "repeat_deviation", "std")  # how far the trainings behind a trial differ, old names too


@attrs.frozen
class Measurement:
    """The trainings of one network, in one trial or in more.

    Args:
        trial: the best search trial of the network
        value: its value of the main objective
        mean: the mean over all trainings
        trainings: how many there are; a trial counts as many as its metric `repeats` says
        deviation: the standard deviation of one training; None where nothing tells it
        confirmations: how many of the trials confirm the network
    """

    trial: Trial
    value: float
    mean: float
    trainings: int
    deviation: float | None
    confirmations: int

    @property
    def standard_error(self) -> float | None:
        """The standard error of the mean; None where nothing tells it."""
        return None if self.deviation is None else self.deviation / math.sqrt(self.trainings)

    @property
    def error_of_value(self) -> float | None:
        """The standard error of the value of the trial alone; None where nothing tells it."""
        return None if self.deviation is None else self.deviation / math.sqrt(repeats(self.trial))


def repeats(trial: Trial) -> int:
    """Returns how many trainings a trial with an evaluation averages."""
    return max(1, round(trial.evaluation.metrics.get("repeats", 1.0))) if trial.evaluation else 1


def measurement(trials: Sequence[Trial], goal: Goal) -> Measurement | None:
    """Returns what the complete trials of one network say together; None without a search trial among them."""
    best = goal.incumbent(trials)
    value = goal.figure(best) if best else None
    if best is None or value is None:
        return None
    own = [trial for trial in trials if trial.evaluation and trial.evaluation.source not in COPIES] or [best]
    confirmations = sum(trial.purpose == "confirm" for trial in own)
    mean = mean_of(own, goal)
    return Measurement(best, value, mean, sum(map(repeats, own)), deviation_of(own, goal), confirmations)


def mean_of(trials: Sequence[Trial], goal: Goal) -> float:
    """Returns the mean of the main objective over all trainings of these trials, at least one."""
    return sum(repeats(trial) * (goal.figure(trial) or 0.0) for trial in trials) / sum(map(repeats, trials))


def deviation_of(trials: Sequence[Trial], goal: Goal) -> float | None:
    """Returns the standard deviation of one training, pooled within and between trials of one network.

    None where there is a single trial that does not say how far its trainings differ.
    """
    mean = mean_of(trials, goal)
    squares = sum(repeats(trial) * ((goal.figure(trial) or 0.0) - mean) ** 2 for trial in trials)
    degrees = len(trials) - 1
    for trial in trials:
        within = _deviation_within(trial, goal)
        if within is not None:
            squares += (repeats(trial) - 1) * within**2
            degrees += repeats(trial) - 1
    return math.sqrt(squares / degrees) if degrees else None


def _deviation_within(trial: Trial, goal: Goal) -> float | None:
    """Returns the deviation that a trial reports of its own trainings, for the objective `score` as `score_std`."""
    name = goal.objective.name
    if trial.evaluation is None:
        return None
    names = (f"{name}_std", *(OF_ACCURACY if name in ("accuracy", goal.main.name) else ()))
    values = (trial.evaluation.metrics.get(name) for name in names)
    return next((value for value in values if value is not None and math.isfinite(value)), None)


def times(count: int) -> str:
    """Returns how often in words: `once`, `4 times`."""
    return "once" if count == 1 else f"{count} times"


def network_of(trial: Trial) -> str:
    """Returns a text that trials of equal networks share."""
    return trial.canonical or str(trial.architecture)


def confirmed(trials: Iterable[Trial], goal: Goal) -> list[Measurement]:
    """Returns the networks that were trained again to confirm them, the best mean first."""
    searched = goal.candidates(trials := list(trials))
    wanted = {fidelity(trial) for trial in searched}
    again = [t for t in trials if t.purpose == "confirm" and t.state == "complete" and fidelity(t) in wanted]
    by_network: dict[str, list[Trial]] = {network_of(trial): [] for trial in again}
    for trial in [*searched, *again]:
        if (network := network_of(trial)) in by_network:
            by_network[network].append(trial)
    measured = [each for same in by_network.values() if (each := measurement(same, goal))]
    return sorted(measured, key=lambda each: (-goal.objective.score(each.mean), each.trial.number))


def recommended(trials: Iterable[Trial], goal: Goal) -> Measurement | None:
    """Returns the network of the best mean among those confirmed; where none is, the incumbent. None without one."""
    trials = list(trials)
    if best := confirmed(trials, goal):
        return best[0]
    incumbent = goal.incumbent(trials)
    if incumbent is None:
        return None
    network = network_of(incumbent)
    return measurement([trial for trial in goal.candidates(trials) if network_of(trial) == network], goal)
