"""What a resumed run does to a strategy, tried beside a search: a new instance is told the trials, then asked."""

import copy
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import attrs
import numpy as np
import pluggy

from nasplug.errors import error_text
from nasplug.hookspecs import HookSpecs, hookimpl
from nasplug.types import Architecture, Run, Trial


class ToldRun:
    """A run that is told to a new strategy trial by trial; everything else is the run that it stands for."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self.trials: list[Trial] = []
        self.pending: Sequence[Architecture] = ()
        self.replaying = True
        self.rng: np.random.Generator = copy.deepcopy(run.rng)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._run, name)

    def stop(self, reason: str) -> None:
        """Does nothing: the search goes on for the strategy that it belongs to."""


@attrs.define(eq=False)
class Retelling:
    """Records where a new strategy that is told the trials of a search suggests something else than the search's own.

    `make` returns a new instance. It is compared at every call of `suggest` whose number `every` divides, from 0 on.
    """

    make: Callable[[], Any]
    every: int = 1
    calls: int = 0
    differences: list[str] = attrs.field(factory=list)

    @hookimpl(wrapper=True)
    def suggest(self, run: Run, count: int) -> Iterator[None]:
        """Passes the suggestions on."""
        self.calls += 1
        if (self.calls - 1) % self.every:
            return (yield)
        told, trials, pending = ToldRun(run), list(run.trials), tuple(run.pending)
        suggestions: Any = yield
        again: Any
        try:
            again = _suggested_anew(self.make(), told, trials, pending, count)
        except Exception as error:  # a foreign strategy may raise anything
            again = error_text(error)
        if isinstance(suggestions, Sequence) and again != list(suggestions):
            state = f"after {len(trials)} trials and {len(pending)} pending"
            self.differences.append(f"{state} it {_text(suggestions)}; told the same, a new instance {_text(again)}")
        return suggestions  # type: ignore[no-any-return]  # the answer of a wrapper, not of its generator


def _suggested_anew(
    strategy: object, told: ToldRun, trials: Sequence[Trial], pending: Sequence[Architecture], count: int
) -> list[Any]:
    """Returns what a new strategy suggests after it was told `trials`, as a resumed run tells them.

    Where nothing is pending, it also hears of a final evaluation, as if the run had ended and now grew.
    """
    manager = pluggy.PluginManager("nasplug")
    manager.add_hookspecs(HookSpecs)
    manager.register(strategy)
    manager.hook.on_start(run=told)
    for trial in trials:
        told.trials.append(trial)
        manager.hook.on_trial(run=told, trial=trial)
    for final in () if pending else _finals(trials):
        manager.hook.on_trial(run=told, trial=final)
    told.pending, told.replaying = pending, False
    return list(manager.hook.suggest(run=told, count=count))


def _finals(trials: Sequence[Trial]) -> Iterator[Trial]:
    """Yields a final trial of the first complete trial, better than any other; none without one."""
    for trial in [trial for trial in trials if trial.evaluation][:1]:
        evaluation = trial.evaluation and attrs.evolve(trial.evaluation, accuracy=100.0)
        yield attrs.evolve(trial, number=len(trials), purpose="final", evaluation=evaluation)


def _text(answer: Any) -> str:
    if isinstance(answer, str):
        return f"raised {answer}"
    shown = ", ".join(map(str, list(answer)[:3])) + (", …" if len(answer) > 3 else "")
    return f"suggested {shown or 'nothing'}"
