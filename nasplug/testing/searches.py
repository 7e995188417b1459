"""Searches that the kit makes to try a strategy or middleware."""

import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from nasplug.engine.result import Result
from nasplug.engine.search import search
from nasplug.testing.laws import Fault
from nasplug.testing.reference_plugins import Interruption, Witness
from nasplug.types import Trial

Plugins = Callable[[], Any]


def searched(space: Any, strategy: Any, observers: Sequence[object] = (), **settings: Any) -> Result:
    """Returns the result of a search; whatever it raises is a fault of the subject `search`."""
    try:
        return search(space, strategy, observers=observers, **settings)
    except Exception as error:  # one law answers for whatever a foreign plugin raises in a search
        raise Fault("search", f"a search on {type(space).__name__} raised {type(error).__name__}: {error}") from error


def interrupted(space: Plugins, strategy: Plugins, middleware: Plugins, after: int, **settings: Any) -> Result:
    """Returns the result of a stored search that was interrupted after the trial `after`, then resumed.

    Called with functions that make the plugins, since a resumed run is another process. Whatever either search raises
    is a fault of the subject `resume`.
    """
    with tempfile.TemporaryDirectory() as folder:
        stored = {"storage": f"sqlite:///{Path(folder) / 'runs.db'}", "name": "interrupted"} | settings
        with suppress(KeyboardInterrupt):
            _stored(space, strategy, middleware, Interruption(after), **stored)
        return _stored(space, strategy, middleware, resume=True, **stored)


def _stored(space: Plugins, strategy: Plugins, middleware: Plugins, *more: object, **settings: Any) -> Result:
    try:
        observers = [Witness(), *more]
        return search(space(), strategy(), middleware=middleware(), observers=observers, **settings)
    except Fault:
        raise
    except Exception as error:  # as in `searched`
        part = "the resumed search" if settings.get("resume") else "the search that was to be interrupted"
        raise Fault("resume", f"{part} raised {type(error).__name__}: {error}") from error


def told(result: Result) -> list[tuple[str, float | None]]:
    """Returns architecture and accuracy of every search trial, in order."""
    return [(str(t.architecture), t.accuracy) for t in search_trials(result)]


def search_trials(result: Result) -> list[Trial]:
    """Returns the trials of the search, without the final evaluation."""
    return [trial for trial in result.trials if trial.purpose == "search"]
