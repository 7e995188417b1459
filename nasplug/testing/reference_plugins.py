"""The plugins that the kit uses beside the one under test: simple strategies and observers."""

from collections.abc import Iterator
from typing import Any

import attrs

from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture, Run, Trial


@attrs.define(eq=False)
class RandomSearch:
    """Suggests independent samples. Other strategies must beat it."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns `count` samples."""
        return [run.hook.sample(rng=run.rng) for _ in range(count)]


@attrs.define(eq=False)
class HillClimber(RandomSearch):
    """Suggests mutants of the incumbent, so that every suggestion depends on all results so far."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        """Returns mutants of the best architecture, or samples while there is none."""
        complete = [trial for trial in run.trials if trial.evaluation]
        if not complete:
            return RandomSearch.suggest(self, run, count)
        incumbent = max(complete, key=lambda trial: trial.accuracy or 0.0)
        return [run.hook.mutate(architecture=incumbent.architecture, rng=run.rng) for _ in range(count)]


@attrs.define(eq=False)
class SuggestionMonitor:
    """Records faults of `suggest`, and mends them so that the search goes on.

    `excess` holds the counts that were asked for and returned, `invalid` a message for each invalid suggestion,
    `tampered` the number of trials whenever the strategy has changed `run.trials`.
    """

    excess: list[tuple[int, int]] = attrs.field(factory=list)
    invalid: list[str] = attrs.field(factory=list)
    tampered: list[int] = attrs.field(factory=list)

    @hookimpl(wrapper=True)
    def suggest(self, run: Run, count: int) -> Iterator[None]:
        """Passes on at most `count` suggestions, with samples in place of invalid ones."""
        trials = list(run.trials)
        suggestions: Any = yield
        if run.trials != trials:
            self.tampered.append(len(trials))
            run.trials[:] = trials
        if not isinstance(suggestions, list):
            return suggestions  # type: ignore[no-any-return]  # the answer of a wrapper, not of its generator
        if len(suggestions) > count:
            self.excess.append((count, len(suggestions)))
        return [a if self._is_valid(run, a) else run.hook.sample(rng=run.rng) for a in suggestions[:count]]  # type: ignore[return-value]

    def _is_valid(self, run: Run, architecture: Architecture) -> bool:
        try:
            run.hook.canonical(architecture=architecture)
        except Exception as error:  # whatever a space raises for what is not one of its architectures
            self.invalid.append(f"{architecture}: {error}")
            return False
        return True


@attrs.define(eq=False)
class Interruption:
    """Interrupts a run as Ctrl-C does, after the trial with the number `after`."""

    after: int

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Raises `KeyboardInterrupt` once."""
        if trial.number == self.after and not run.replaying:
            raise KeyboardInterrupt
