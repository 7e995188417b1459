"""The searches on which the kit tests strategies and middleware, and the plugins that observe them."""

import logging
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import attrs

from nasplug.engine.result import Result
from nasplug.engine.search import search
from nasplug.hookspecs import hookimpl
from nasplug.testing.laws import report_errors
from nasplug.types import Architecture, Run, Trial

Outcomes = list[tuple[str, float | None]]


@attrs.define(eq=False)
class Monitor:
    """Records what is wrong with suggestions, in words, and mends it so that the search goes on."""

    excess: list[str] = attrs.field(factory=list)
    invalid: list[str] = attrs.field(factory=list)
    changed_trials: list[str] = attrs.field(factory=list)

    @hookimpl(wrapper=True)
    def suggest(self, run: Run, count: int) -> Iterator[None]:
        """Passes on at most `count` suggestions, with samples in place of invalid ones."""
        trials = list(run.trials)
        suggestions: Any = yield
        if run.trials != trials:
            self.changed_trials.append(f"run.trials changed after {len(trials)} trials")
            run.trials[:] = trials
        if not isinstance(suggestions, Sequence):
            return suggestions  # type: ignore[no-any-return]  # the answer of a wrapper, not of its generator
        if len(suggestions) > count:
            self.excess.append(f"asked for {count} it returned {len(suggestions)}")
        return [s if self._is_valid(run, s) else run.hook.sample(rng=run.rng) for s in list(suggestions)[:count]]  # type: ignore[return-value]

    def _is_valid(self, run: Run, suggestion: Any) -> bool:
        """Returns whether a suggestion is an architecture of the space, or has one as its `architecture`."""
        try:
            architecture = suggestion if isinstance(suggestion, Architecture) else suggestion.architecture
            run.hook.canonical(architecture=architecture)
        except Exception as error:  # whatever a space raises for what is not one of its architectures
            self.invalid.append(f"{suggestion}: {error}")
            return False
        return True


@attrs.define(eq=False)
class OtherResults:
    """Turns every accuracy of a search upside down, and ends it where it differs from the search `usual`."""

    usual: Outcomes
    differs: bool = False

    @hookimpl(wrapper=True)
    def evaluate(self) -> Iterator[None]:
        """Passes on 100 % minus the accuracy."""
        evaluation: Any = yield
        return attrs.evolve(evaluation, accuracy=100.0 - evaluation.accuracy)  # type: ignore[no-any-return]

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Compares the trial's architecture."""
        architectures = [architecture for architecture, _ in self.usual[trial.number : trial.number + 1]]
        if trial.purpose == "search" and architectures != [str(trial.architecture)]:
            self.differs = True
            run.stop("the search differs from the usual one")


@contextmanager
def recorded_warnings() -> Iterator[list[str]]:
    """Yields the warnings that are logged under `nasplug` inside the block, as they come."""
    messages: list[str] = []
    handler = logging.Handler(logging.WARNING)
    handler.emit = lambda record: messages.append(record.getMessage())  # type: ignore[method-assign]
    logger = logging.getLogger("nasplug")
    logger.addHandler(handler)
    try:
        yield messages
    finally:
        logger.removeHandler(handler)


@attrs.define(eq=False)
class Interruption:
    """Interrupts a run as Ctrl-C does, after the trial with the number `after`."""

    after: int

    @hookimpl
    def on_trial(self, run: Run, trial: Trial) -> None:
        """Raises `KeyboardInterrupt` once."""
        if trial.number == self.after and not run.replaying:
            raise KeyboardInterrupt


def run_search(space: Any, strategy: Any, *observers: object, subject: str = "search", **settings: Any) -> Result:
    """Returns the result of a search. Whatever it raises is a fault of `subject`."""
    with report_errors(subject, f"a search on {type(space).__name__}"):
        return search(space, strategy, observers=observers, **settings)


def run_interrupted(plugins: Sequence[Callable[[], Any]], after: int, **settings: Any) -> Result:
    """Returns the result of a stored search that is interrupted after the trial `after`, then resumed.

    `plugins` are functions that make the space, the strategy and the list of middleware, since a run is resumed in
    another process. Whatever either search raises is a fault of the subject `resume`.
    """

    def run(action: str, *observers: object, **more: Any) -> Result:
        with report_errors("resume", action):
            space, strategy, middleware = (make() for make in plugins)
            return search(space, strategy, middleware=middleware, observers=observers, **settings | more)

    with tempfile.TemporaryDirectory() as folder:
        settings = {"storage": f"sqlite:///{Path(folder) / 'runs.db'}", "name": "interrupted"} | settings
        with suppress(KeyboardInterrupt):
            run("the search that was to be interrupted", Monitor(), Interruption(after))
        return run("the resumed search", Monitor(), resume=True)


def search_trials(result: Result) -> list[Trial]:
    """Returns the trials of the search, without the final evaluation."""
    return [trial for trial in result.trials if trial.purpose == "search"]


def outcomes(result: Result) -> Outcomes:
    """Returns the architecture and the accuracy of every search trial, in order."""
    return [(str(trial.architecture), trial.accuracy) for trial in search_trials(result)]


def difference(one: Outcomes, other: Outcomes) -> str:
    """Returns in words where two searches differ first."""
    for number, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return f"trial {number} was {left[0]} with {left[1]} %, then {right[0]} with {right[1]} %"
    return f"{len(one)} trials, then {len(other)}"
