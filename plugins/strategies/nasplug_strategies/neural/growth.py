"""A pool that grows at a fit: mutants of the best predicted, as long as the predictions rise."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import chain, islice
from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Run, SpaceExhausted
from nasplug_strategies.neural.pool import Pool, keeps_limits

FAMILIES = 10  # architectures that each begin a family; the best of every family come first in the order
PARENTS = 2  # of a family, the best
ROUND = 100  # mutants that are predicted at once
PATIENCE = 5  # rounds in which the parents' predictions must rise, or the pool grows no further,
LEAST_RISE = 0.05  # and by which share of their rise in all rounds
STOP = 0.5  # chance that a mutant is mutated no further
Array = np.ndarray[Any, np.dtype[np.float64]]


def alternating(accuracies: Array) -> list[int]:
    """Returns the columns of `accuracies` `[k, n]`, the best by the first row, the best by the second, and so on."""
    order = np.argsort(-accuracies, axis=1, kind="stable").T.ravel().tolist()
    return list(dict.fromkeys(order)) if len(accuracies) > 1 else order  # several rows hold each column as often


@attrs.define(eq=False)
class Growth:
    """The networks that a fit predicts: random ones, those of the trials, and mutants of the best.

    Args:
        predict: Returns the accuracies `[k, n]` of `n` architectures: their means, then what explores.
        known: Canonical forms of all that is no new mutant; those of the mutants are added.
        rng: Draws parents and mutants.
    """

    run: Run
    predict: Callable[[Pool], Array]
    known: set[str]
    rng: np.random.Generator
    architectures: list[Architecture] = attrs.field(factory=list, init=False)
    accuracies: Array = attrs.field(init=False)  # [k, n]
    family: list[int] = attrs.field(factory=list, init=False)  # the row with which each row's family began
    trained: range = attrs.field(default=range(0), init=False)  # rows of the trials

    def begin(self, pool: Pool, trained: Pool) -> None:
        """Predicts random architectures and those of the trials."""
        self.architectures = [*pool.architectures, *trained.architectures]
        self.accuracies = np.concatenate((self.predict(pool), self.predict(trained)), axis=1)
        self.family = list(range(len(self.architectures)))
        self.trained = range(len(pool.architectures), len(self.architectures))

    def grow(self, most: int) -> None:
        """Adds up to `most` mutants, round by round, until the parents' predictions rise no more."""
        growing = self._beginnings()
        levels = [self._level(parents := self._parents(growing))]
        while most > 0 and (mutants := list(islice(self._mutants(parents), min(most, ROUND)))):
            self._add(*zip(*mutants, strict=True))
            most -= len(mutants)
            levels.append(self._level(parents := self._parents(growing)))
            before = levels[max(0, len(levels) - 1 - PATIENCE)]
            if len(levels) > PATIENCE and levels[-1] - before <= LEAST_RISE * (levels[-1] - levels[0]):
                break

    def _level(self, parents: Sequence[int]) -> float:
        return float(self.accuracies[0, parents].mean())

    def order(self) -> Iterator[Architecture]:
        """Yields what is not trained: the best of each family that has grown, the second of each, and so on."""
        sizes, places = Counter(self.family), Counter[int]()
        grown, rest = list[tuple[int, int]](), list[int]()
        for row in alternating(self.accuracies):
            if row in self.trained:
                continue
            family = self.family[row]
            if sizes[family] > 1:
                grown.append((places[family], row))
                places[family] += 1
            else:
                rest.append(row)
        grown.sort(key=lambda pair: pair[0])  # stable: of one place, the better first
        return (self.architectures[row] for row in chain((row for _, row in grown), rest))

    def _beginnings(self) -> set[int]:
        """Returns the rows that begin families: the best random ones and the best of the trials, in turns."""
        order = alternating(self.accuracies)
        trained = [row for row in order if row in self.trained]
        others = [row for row in order if row not in self.trained]
        few = [row for pair in zip(trained, others, strict=False) for row in pair][:FAMILIES]
        return set(few)

    def _parents(self, growing: set[int]) -> list[int]:
        """Returns the best rows of each family that grows, by their means: draws would lead away from the best."""
        places, parents = Counter[int](), list[int]()
        for row in alternating(self.accuracies[:1]):
            family = self.family[row]
            if family in growing and places[family] < PARENTS:
                places[family] += 1
                parents.append(row)
                if len(parents) == PARENTS * len(growing):
                    break
        return parents

    def _mutants(self, parents: list[int]) -> Iterator[tuple[Architecture, int]]:
        """Yields new mutants of random parents and their families, in twice as many tries as a round wants."""
        for _ in range(2 * ROUND):
            if not parents:
                return
            parent = parents[int(self.rng.integers(len(parents)))]
            try:
                mutant = self._mutated(self.architectures[parent])
            except SpaceExhausted:  # none lies inside the bounds of the run
                parents.remove(parent)
                continue
            form = self.run.hook.canonical(architecture=mutant)
            if form not in self.known and keeps_limits(self.run, mutant):
                self.known.add(form)
                yield mutant, self.family[parent]

    def _mutated(self, architecture: Architecture) -> Architecture:
        """Returns a mutant some steps away. Raises `SpaceExhausted` where there is no neighbour."""
        mutate = partial(self.run.hook.mutate, rng=self.rng)
        mutant: Architecture = mutate(architecture=architecture)
        with suppress(SpaceExhausted):
            for _ in range(int(self.rng.geometric(STOP)) - 1):
                mutant = mutate(architecture=mutant)
        return mutant

    def _add(self, mutants: Sequence[Architecture], families: Sequence[int]) -> None:
        accuracies = self.predict(Pool.encoded(self.run.hook, mutants))
        self.architectures += mutants
        self.family += families
        self.accuracies = np.concatenate((self.accuracies, accuracies), axis=1)
