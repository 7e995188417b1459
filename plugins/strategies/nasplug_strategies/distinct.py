"""Drawing architectures whose networks differ: isomorphic duplicates are no new samples."""

from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Trial

PATIENCE = 1000  # draws in a row without a new network, after which a space counts as exhausted


@attrs.define(eq=False)
class Distinct:
    """The canonical forms handed out or told so far; a resumed run makes them again by telling its trials."""

    seen: set[str] = attrs.field(factory=set)
    told: set[str] = attrs.field(factory=set)

    @property
    def pending(self) -> int:
        """How many networks are handed out and not told of yet."""
        return len(self.seen) - len(self.told)

    def tell(self, hook: Any, trial: Trial) -> None:
        """Remembers the network of a trial, whoever suggested it."""
        canonical = trial.canonical or hook.canonical(architecture=trial.architecture)
        self.seen.add(canonical)
        self.told.add(canonical)

    def add(self, hook: Any, architecture: Architecture) -> bool:
        """Returns whether the network of `architecture` is new, and remembers it."""
        canonical = hook.canonical(architecture=architecture)
        new = canonical not in self.seen
        self.seen.add(canonical)
        return new

    def sample(self, hook: Any, rng: np.random.Generator, count: int) -> list[Architecture]:
        """Returns `count` random architectures with new networks, or as many as `PATIENCE` finds."""
        found: list[Architecture] = []
        misses = 0
        while len(found) < count and misses < PATIENCE:
            architecture = hook.sample(rng=rng)
            if self.add(hook, architecture):
                found.append(architecture)
                misses = 0
            else:
                misses += 1
        return found
