"""Regularized evolution (Real et al., AAAI 2019, arXiv 1802.01548), as the NAS-Bench-101 notebook runs it."""

from collections.abc import Sequence
from itertools import islice
from typing import ClassVar

import attrs

from nasplug import Architecture, Run, Trial, hookimpl, option
from nasplug.plugin import Strategy

positive = attrs.validators.ge(1)


@attrs.define(eq=False)
class RegularizedEvolution(Strategy):
    """Aging evolution: the best of a random tournament is mutated, the child replaces the oldest.

    The population is the last `population` complete trials, so the strategy needs no state of its own. Of equal
    trials the youngest wins, as in google-research/nasbench.
    """

    conformance_exempt: ClassVar = {
        "test_never_pays_twice": "the paper's evolution pays for a network whenever it meets it"
    }

    population: int = option(100, help="architectures alive at a time", validator=positive)
    tournament: int = option(10, help="drawn without replacement, the best is the parent", validator=positive)

    def __attrs_post_init__(self) -> None:
        if self.tournament > self.population:
            raise ValueError(f"tournament ({self.tournament}) must not exceed population ({self.population})")

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns random architectures until there are `population` trials, then `count` children."""
        missing = self.population - len(run.trials)
        alive = last_complete(run.trials, self.population) if missing <= 0 else []
        if not alive:
            draws = min(count, missing) if missing > 0 else count
            return [run.hook.sample(rng=run.rng) for _ in range(draws)]
        parents = [self._parent(run, alive) for _ in range(count)]
        return [run.hook.mutate(architecture=parent.architecture, rng=run.rng) for parent in parents]

    def _parent(self, run: Run, alive: Sequence[Trial]) -> Trial:
        drawn: list[int] = run.rng.choice(len(alive), min(self.tournament, len(alive)), replace=False).tolist()
        youngest_first = [alive[i] for i in sorted(drawn, reverse=True)]
        return max(youngest_first, key=run.score)


def last_complete(trials: Sequence[Trial], count: int) -> list[Trial]:
    """Returns the last `count` complete trials, oldest first, looking no further back than needed."""
    newest_first = (trial for trial in reversed(trials) if trial.state == "complete")
    return list(islice(newest_first, count))[::-1]
