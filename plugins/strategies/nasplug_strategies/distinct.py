"""Drawing architectures whose networks differ: an isomorphic duplicate is no new sample."""

from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Trial

PATIENCE = 1000  # draws in a row without a new network, after which a space counts as exhausted


@attrs.define(eq=False)
class Distinct:
    """The networks that a strategy suggested or was told of, by their canonical forms.

    A resumed run restores it by telling its trials again.
    """

    seen: set[str] = attrs.field(factory=set)
    told: set[str] = attrs.field(factory=set)

    @property
    def pending(self) -> int:
        """How many networks were suggested whose trials were not told yet."""
        return len(self.seen) - len(self.told)

    def tell(self, hook: Any, trial: Trial) -> None:
        """Adds the network of a trial, whoever suggested it."""
        canonical = trial.canonical or hook.canonical(architecture=trial.architecture)
        self.seen.add(canonical)
        self.told.add(canonical)

    def add(self, hook: Any, architecture: Architecture) -> bool:
        """Adds the network of `architecture`; returns whether it is new."""
        canonical = hook.canonical(architecture=architecture)
        is_new = canonical not in self.seen
        self.seen.add(canonical)
        return is_new

    def sample(self, hook: Any, rng: np.random.Generator, count: int) -> list[Architecture]:
        """Adds and returns `count` random architectures with new networks; fewer where `PATIENCE` runs out."""
        new: list[Architecture] = []
        misses = 0
        while len(new) < count and misses < PATIENCE:
            architecture = hook.sample(rng=rng)
            if self.add(hook, architecture):
                new.append(architecture)
                misses = 0
            else:
                misses += 1
        return new
