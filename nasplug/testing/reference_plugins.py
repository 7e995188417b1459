"""Plugins that the kit puts beside the one that it tries: plain strategies, a witness, an interruption."""

from collections.abc import Iterator
from typing import Any

import attrs

from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture, Run, Trial


@attrs.define(eq=False)
class Draw:
    """Random search, the yardstick: independent samples."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns `count` samples."""
        return [run.hook.sample(rng=run.rng) for _ in range(count)]


@attrs.define(eq=False)
class Climb:
    """Mutates the incumbent: what it suggests depends on all it was told."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns mutants of the best architecture, or samples while there is none."""
        done = [trial for trial in run.trials if trial.evaluation]
        if not done:
            return [run.hook.sample(rng=run.rng) for _ in range(count)]
        best = max(done, key=lambda trial: trial.accuracy or 0.0)
        return [run.hook.mutate(architecture=best.architecture, rng=run.rng) for _ in range(count)]


@attrs.define(eq=False)
class Witness:
    """Watches `suggest`: too many and invalid suggestions are noted and taken out, changes of the trials undone."""

    excess: list[tuple[int, int]] = attrs.field(factory=list)
    invalid: list[str] = attrs.field(factory=list)
    tampered: list[int] = attrs.field(factory=list)

    @hookimpl(wrapper=True)
    def suggest(self, run: Run, count: int) -> Iterator[None]:
        """Passes on what the strategy suggests, `count` at most, with samples in place of what is invalid."""
        before = list(run.trials)
        found: Any = yield
        if run.trials != before:
            self.tampered.append(len(before))
            run.trials[:] = before
        if not isinstance(found, list):
            return found  # type: ignore[no-any-return]  # the answer of a wrapper, not of its generator
        if len(found) > count:
            self.excess.append((count, len(found)))
        valid = [one if self._valid(run, one) else run.hook.sample(rng=run.rng) for one in found[:count]]
        return valid  # type: ignore[return-value]

    def _valid(self, run: Run, suggested: Architecture) -> bool:
        try:
            run.hook.canonical(architecture=suggested)
        except Exception as error:  # whatever a space says to what is none of its architectures
            self.invalid.append(f"{suggested}: {error}")
            return False
        return True


@attrs.define(eq=False)
class Interruption:
    """Interrupts a run after the trial of that number, as Ctrl-C does."""

    after: int

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Raises `KeyboardInterrupt` once."""
        if trial.number == self.after and not run.replaying:
            raise KeyboardInterrupt
