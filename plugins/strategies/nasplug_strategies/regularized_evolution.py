"""Regularized evolution (Real et al., AAAI 2019, arXiv 1802.01548), as the NAS-Bench-101 notebook runs it."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

import attrs
import numpy as np

from nasplug import Architecture, Trial, hookimpl, option

if TYPE_CHECKING:
    from nasplug import Run

positive = attrs.validators.ge(1)


@attrs.define(eq=False)
class RegularizedEvolution:
    """Aging evolution: the best of a random tournament is mutated, the child replaces the oldest.

    The population is the last `population` complete trials, so that the strategy keeps no state
    of its own. Of equal accuracies the youngest wins, as in google-research/nasbench.
    """

    conformance_exempt: ClassVar = {
        "test_never_pays_twice": "the paper's evolution pays for a network as often as it meets it"
    }

    population: int = option(100, help="architectures alive at a time", validator=positive)
    tournament: int = option(10, help="drawn without replacement, the best is the parent", validator=positive)

    def __attrs_post_init__(self) -> None:
        if self.tournament > self.population:
            raise ValueError(f"tournament ({self.tournament}) must not exceed population ({self.population})")

    @hookimpl
    def suggest(self, run: "Run", count: int) -> list[Architecture]:
        """Returns random architectures until `population` trials are told, then `count` children."""
        trials = run.trials
        missing = self.population - len(trials)
        if missing > 0:
            return [run.hook.sample(rng=run.rng) for _ in range(min(count, missing))]
        alive = last_complete(trials, self.population)
        if not alive:
            return [run.hook.sample(rng=run.rng) for _ in range(count)]
        parents = [self._parent(alive, run.rng) for _ in range(count)]
        return [run.hook.mutate(architecture=parent.architecture, rng=run.rng) for parent in parents]

    def _parent(self, alive: Sequence[Trial], rng: np.random.Generator) -> Trial:
        drawn: list[int] = rng.choice(len(alive), min(self.tournament, len(alive)), replace=False).tolist()
        return max((alive[i] for i in sorted(drawn, reverse=True)), key=_accuracy)


def last_complete(trials: Sequence[Trial], count: int) -> list[Trial]:
    """Returns the last `count` complete trials, oldest first, looking no further back than needed."""
    found: list[Trial] = []
    for trial in reversed(trials):
        if trial.state == "complete":
            found.append(trial)
            if len(found) == count:
                break
    return found[::-1]


def _accuracy(trial: Trial) -> float:
    return trial.evaluation.accuracy if trial.evaluation else -1.0
