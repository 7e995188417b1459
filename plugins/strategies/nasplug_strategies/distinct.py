"""Drawing architectures whose networks differ: an isomorphic duplicate is no new sample."""

from collections.abc import Iterable
from typing import Any

import attrs
import numpy as np

from nasplug import Architecture, Run, SpaceExhausted, Trial

PATIENCE = 1000  # draws in a row without a new network, after which a space counts as exhausted


@attrs.define(eq=False)
class Distinct:
    """The networks of a run's trials and of what is pending, by their canonical forms.

    They follow from the run alone. What is kept from one `update` to the next only saves time.
    """

    told: set[str] = attrs.field(factory=set)
    pending: set[str] = attrs.field(factory=set)
    _trials: int = attrs.field(default=0, init=False)  # whose networks are in `told`
    _forms: dict[Architecture, str] = attrs.field(factory=dict, init=False)  # of what is pending

    def update(self, run: Run) -> None:
        """Knows from now on the networks of the run, whose trials are those of the last call and perhaps more."""
        self.told |= networks(run.hook, run.trials[self._trials :])
        self._trials = len(run.trials)
        self._forms = {a: self._forms.get(a) or run.hook.canonical(architecture=a) for a in run.pending}
        self.pending = set(self._forms.values())

    def add(self, hook: Any, architecture: Architecture, canonical: str | None = None) -> bool:
        """Adds the network of `architecture`, as one that will be pending; returns whether it is new."""
        canonical = canonical or hook.canonical(architecture=architecture)
        is_new = canonical not in self.told and canonical not in self.pending
        if is_new:
            self.pending.add(canonical)
            self._forms[architecture] = canonical
        return is_new

    def sample(self, hook: Any, rng: np.random.Generator, count: int) -> list[Architecture]:
        """Adds and returns `count` random architectures with new networks; fewer where `PATIENCE` runs out.

        Raises `SpaceExhausted` where the bounds of the run hold no further architecture, and none was drawn before.
        """
        new: list[Architecture] = []
        misses = 0
        while len(new) < count and misses < PATIENCE:
            try:
                architecture = hook.sample(rng=rng)
            except SpaceExhausted:
                if not new:
                    raise
                break
            if self.add(hook, architecture):
                new.append(architecture)
                misses = 0
            else:
                misses += 1
        return new


def networks(hook: Any, trials: Iterable[Trial]) -> set[str]:
    """Returns the canonical forms of the trials' networks."""
    return {trial.canonical or hook.canonical(architecture=trial.architecture) for trial in trials}
