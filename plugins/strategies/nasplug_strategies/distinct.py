"""Drawing architectures whose networks differ: an isomorphic duplicate is no new sample."""

from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Trial

PATIENCE = 1000  # draws in a row without a new network, after which a space counts as exhausted


@attrs.define(eq=False)
class Distinct:
    """The networks that a strategy knows, by their canonical forms; a resumed run adds its trials again."""

    seen: set[str] = attrs.field(factory=set)
    ended: set[str] = attrs.field(factory=set)

    @property
    def pending(self) -> int:
        """The number of suggested networks whose trials have not ended."""
        return len(self.seen) - len(self.ended)

    def add_trial(self, hook: Any, trial: Trial) -> None:
        """Adds the network of a trial that has ended, whoever suggested it."""
        canonical = trial.canonical or hook.canonical(architecture=trial.architecture)
        self.seen.add(canonical)
        self.ended.add(canonical)

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
