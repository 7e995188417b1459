"""Local search with restarts (White, Nolen and Savani, UAI 2021, arXiv 2005.02960), as a strategy of nasplug."""

import math
from typing import TYPE_CHECKING

import attrs

from nasplug import Architecture, Trial, hookimpl, option

if TYPE_CHECKING:
    from nasplug import Run

TRIES = 1000  # candidates without a new network, after which the search is over


@attrs.define(eq=False)
class LocalSearch:
    """Tries mutants of a centre and moves to the first that is better; starts anew after `patience` that are not."""

    patience: int = option(20, help="mutants without progress, then a new start", validator=attrs.validators.ge(1))
    _seen: set[str] = attrs.field(factory=set, init=False)
    _centre: Trial | None = attrs.field(default=None, init=False)
    _misses: int = attrs.field(default=0, init=False)

    @hookimpl
    def on_start(self) -> None:
        """Forgets an earlier run."""
        self._seen, self._centre, self._misses = set(), None, 0

    @hookimpl
    def suggest(self, run: "Run", count: int) -> list[Architecture]:
        """Returns up to `count` new networks: mutants of the centre, samples where none of them is new."""
        known = self._seen | {run.hook.canonical(architecture=pending) for pending in run.pending}
        new_architectures: list[Architecture] = []
        for attempt in range(TRIES):
            if self._centre and attempt < TRIES // 2:
                candidate = run.hook.mutate(architecture=self._centre.architecture, rng=run.rng)
            else:
                candidate = run.hook.sample(rng=run.rng)
            canonical = run.hook.canonical(architecture=candidate)
            new_architectures += [candidate] if canonical not in known else []
            known.add(canonical)
            if len(new_architectures) == count:
                break
        return new_architectures

    @hookimpl
    def on_trial(self, run: "Run", trial: Trial) -> None:
        """Moves the centre; a resumed run tells its trials again, and nothing else is known."""
        if trial.purpose == "final":
            return
        self._seen.add(trial.canonical)
        best = -math.inf if self._centre is None else run.score(self._centre)
        if run.score(trial) > best:
            self._centre, self._misses = trial, 0
        else:
            self._misses += 1
        if self._misses >= self.patience:
            self._centre, self._misses = None, 0
