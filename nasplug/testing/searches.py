"""The searches on which the kit tests strategies and middleware."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nasplug.engine.result import Result
from nasplug.engine.search import search
from nasplug.testing.laws import report_errors
from nasplug.testing.reference_plugins import Interruption, SuggestionMonitor
from nasplug.types import Trial

Outcomes = list[tuple[str, float | None]]


def run_search(
    space: Any, strategy: Any, observers: Sequence[object] = (), subject: str = "search", **settings: Any
) -> Result:
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
            run("the search that was to be interrupted", SuggestionMonitor(), Interruption(after))
        return run("the resumed search", SuggestionMonitor(), resume=True)


def search_trials(result: Result) -> list[Trial]:
    """Returns the trials of the search, without the final evaluation."""
    return [trial for trial in result.trials if trial.purpose == "search"]


def outcomes(result: Result) -> Outcomes:
    """Returns the architecture and the accuracy of every search trial, in order."""
    return [(str(trial.architecture), trial.accuracy) for trial in search_trials(result)]


def first_difference(one: Outcomes, other: Outcomes) -> str:
    """Returns in words where two searches differ first."""
    for number, (left, right) in enumerate(zip(one, other, strict=False)):
        if left != right:
            return f"trial {number} was {left[0]} with {left[1]} %, then {right[0]} with {right[1]} %"
    return f"{len(one)} trials, then {len(other)}"
