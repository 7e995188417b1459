"""By how much, and with what certainty, the recommended architecture is better than the median random one."""

import math
from collections.abc import Sequence
from statistics import NormalDist, median, stdev

import attrs

from nasplug.engine.measurements import Measurement, confirmed, mean_of, network_of, recommended, repeats
from nasplug.engine.objectives import Goal
from nasplug.types import Trial

FEWEST = 3  # networks whose median says something
MEDIAN_ERROR = math.sqrt(math.pi / 2)  # the standard error of a median, relative to that of the mean


@attrs.frozen
class Margin:
    """How much better the recommended architecture is than a median.

    Args:
        value: by how much; negative where it is worse
        error: its standard error; None where nothing tells it
        certainty: that it is better, at least, from 0 to 1; None where nothing tells it
        reference: what the median is of
        basis: what the certainty follows from
    """

    value: float
    error: float | None
    certainty: float | None
    reference: str
    basis: str

    def text(self, goal: Goal) -> str:
        """Returns it in a sentence."""
        better = goal.objective.text(abs(self.value), self.error)
        return f"{better} {'better' if self.value >= 0 else 'worse'} than {self.reference}; {self._certainty()}"

    def _certainty(self) -> str:
        if self.certainty is None:
            return "how certain that is, one training cannot tell: --confirm 3:4 does"
        if self.certainty < 0.5:
            return f"that may be luck, {self.basis}"
        percent = "more than 99.9" if self.certainty > 0.999 else f"at least {100 * self.certainty:.3g}"
        return f"certainty {percent} %, {self.basis}"


def margin(trials: Sequence[Trial], goal: Goal, drawn_first: int | None = None) -> Margin | None:
    """Returns the margin over the median of the first networks, where so many were drawn at random, else of all.

    The best of many noisy measurements is partly luck. So the certainty is that of the trainings that confirm it alone,
    where there are some, and takes into account how many networks it is the best of (Bonferroni). None where too few
    networks are complete, or none is recommended.
    """
    best, searched = recommended(trials, goal), goal.candidates(trials)
    reference = searched
    if drawn_first and len(searched) > drawn_first:
        first = {t.number for t in [t for t in trials if t.purpose == "search"][:drawn_first]}
        reference = [trial for trial in searched if trial.number in first]
    values = [value for trial in reference if (value := goal.figure(trial)) is not None]
    if best is None or len(values) < FEWEST:
        return None
    what = (
        f"the median of the {len(values)} networks drawn at random"
        if drawn_first
        else f"the median of the run's {len(values)}"
    )
    middle, sign = median(values), goal.objective.score(1.0)
    value, error = (best.mean, best.standard_error) if best.confirmations else (best.value, best.error_of_value)
    if error is None:
        return Margin(sign * (value - middle), None, None, what, "")
    error_of_median = MEDIAN_ERROR * stdev(values) / math.sqrt(len(values))
    evidence, error_of_evidence, chances, basis = _evidence(best, trials, goal)
    chance = _chance(sign * (evidence - middle), math.hypot(error_of_evidence, error_of_median), best.trainings - 1)
    certainty = max(0.0, 1.0 - chances * chance)
    return Margin(sign * (value - middle), math.hypot(error, error_of_median), certainty, what, basis)


def _evidence(best: Measurement, trials: Sequence[Trial], goal: Goal) -> tuple[float, float, int, str]:
    """Returns what the certainty follows from: a value, its error, of how many it is the best, and that in words."""
    deviation = best.deviation or 0.0
    if not best.confirmations:
        count = len(goal.candidates(trials))
        return best.value, deviation / math.sqrt(repeats(best.trial)), count, f"as the best of {count}"
    network = network_of(best.trial)
    again = [t for t in trials if t.purpose == "confirm" and t.state == "complete" and network_of(t) == network]
    error = deviation / math.sqrt(sum(map(repeats, again)))
    return mean_of(again, goal), error, len(confirmed(trials, goal)), "by the trainings that confirm it"


def _chance(value: float, error: float, degrees: int) -> float:
    """Returns how probable such a value is by chance: the upper tail of Student's t.

    By the transformation to a normal quantile of Wallace (1959), which is right to two digits from three degrees on.
    """
    if not error:
        return float(value <= 0.0)
    t, n = value / error, max(1, degrees)
    z = (8 * n + 1) / (8 * n + 3) * math.sqrt(n * math.log1p(t * t / n))
    return NormalDist().cdf(-math.copysign(z, t))
