"""Asking plugins of strangers for what can be done without: a report is written whatever they raise."""

from collections.abc import Callable
from typing import TypeVar

import attrs

from nasplug.errors import NasplugError

T = TypeVar("T")


@attrs.define(eq=False)
class Asking:
    """Asks, and goes on without an answer where the plugin raises; `tell` hears once of everything that is missing."""

    tell: Callable[[str], None]
    _told: set[str] = attrs.field(factory=set, init=False)

    def ask(self, missing: str, question: Callable[[], T], instead: T) -> T:
        """Returns the answer to `question`; `instead`, having told what is `missing` and why, where it raises."""
        try:
            return question()
        except Exception as error:  # a plugin may raise anything, and an architecture may be one it no longer accepts
            if missing not in self._told:
                self._told.add(missing)
                cause = str(error) if isinstance(error, NasplugError) else f"{type(error).__name__}: {error}"
                self.tell(f"{missing}: {cause}")
            return instead
