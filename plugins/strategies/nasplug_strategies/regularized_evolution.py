"""Regularized evolution (Real et al., AAAI 2019, arXiv 1802.01548), as the NAS-Bench-101 notebook runs it."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice
from typing import ClassVar

import attrs

from nasplug import Architecture, Run, SpaceExhausted, Trial, hookimpl, option
from nasplug.plugin import Strategy

SHARE = 3  # of the budget, at most one in so many trials is drawn at random (ours, measured at budgets of 50 to 300)
log = logging.getLogger("nasplug")
positive = attrs.validators.ge(1)


@attrs.define(eq=False)
class RegularizedEvolution(Strategy):
    """Aging evolution: the best of a random tournament is mutated, the child replaces the oldest.

    The population is the last `population` complete trials, so the strategy needs no state of its own. Of equal
    trials the youngest wins, as in google-research/nasbench. A budget of less than three populations lowers the
    population to a third of it: otherwise most of the search would be random.
    """

    conformance_exempt: ClassVar = {
        "test_never_pays_twice": "the paper's evolution pays for a network whenever it meets it"
    }

    population: int = option(
        100, help="architectures alive at a time, drawn at random first; at most 1/3 of --budget", validator=positive
    )
    tournament: int = option(10, help="drawn without replacement, the best is the parent", validator=positive)

    def __attrs_post_init__(self) -> None:
        if self.tournament > self.population:
            raise ValueError(f"tournament ({self.tournament}) must not exceed population ({self.population})")

    @hookimpl
    def on_start(self, run: Run) -> None:
        """Says that the budget lowers the population, where it does."""
        if (population := self._alive(run)) < self.population:
            message = "regularized_evolution: population %d instead of %d, a third of the budget of %d trials"
            log.warning(message, population, self.population, run.budget)

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns random architectures until there are `population` trials, then `count` children."""
        missing = self._alive(run) - len(run.trials)
        alive = last_complete(run.trials, self._alive(run)) if missing <= 0 else []
        if not alive:
            draws = min(count, missing) if missing > 0 else count
            return _drawn(partial(run.hook.sample, rng=run.rng) for _ in range(draws))
        parents = [self._parents(run, alive) for _ in range(count)]
        return _drawn(partial(_child, run, best_first) for best_first in parents)

    def _alive(self, run: Run) -> int:
        """Returns the size of the population."""
        return self.population if run.budget is None else min(self.population, max(2, run.budget // SHARE))

    def _parents(self, run: Run, alive: Sequence[Trial]) -> list[Architecture]:
        """Returns the architectures of a tournament, the winner first."""
        drawn: list[int] = run.rng.choice(len(alive), min(self.tournament, len(alive)), replace=False).tolist()
        youngest_first = [alive[i] for i in sorted(drawn, reverse=True)]
        best_first = sorted(youngest_first, key=lambda trial: -run.score(trial))
        return list(dict.fromkeys(trial.architecture for trial in best_first))


def _child(run: Run, parents: Sequence[Architecture]) -> Architecture:
    """Returns a mutant of the first parent of which the bounds of the run hold one; raises `SpaceExhausted` if none."""
    for parent in parents[:-1]:
        with suppress(SpaceExhausted):
            child: Architecture = run.hook.mutate(architecture=parent, rng=run.rng)
            return child
    last: Architecture = run.hook.mutate(architecture=parents[-1], rng=run.rng)
    return last


def _drawn(draws: Iterable[Callable[[], Architecture]]) -> list[Architecture]:
    """Returns what is drawn until a draw raises `SpaceExhausted`; passes that on where it is the first draw."""
    architectures: list[Architecture] = []
    for draw in draws:
        try:
            architectures.append(draw())
        except SpaceExhausted:
            if not architectures:
                raise
            break
    return architectures


def last_complete(trials: Sequence[Trial], count: int) -> list[Trial]:
    """Returns the last `count` complete trials, oldest first, looking no further back than needed."""
    newest_first = (trial for trial in reversed(trials) if trial.state == "complete")
    return list(islice(newest_first, count))[::-1]
