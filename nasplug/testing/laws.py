"""Laws: test methods whose docstring is the law, and whose failure says what was expected and what happened.

Each law answers for one kind of fault. Where something else is wrong that keeps a law from being tried (a hook that
raises, an answer of the wrong type), it does not apply, and the law that answers for that fault tells of it.
"""

import functools
import inspect
import sys
import unittest
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from typing import Any, ClassVar, Literal

import attrs

from nasplug.errors import DiscoveryError, OptionError

PAGE = "docs/write/laws.md"


class Broken(AssertionError):
    """A law does not hold. The message says what was expected, what happened, and where it is explained."""


class NotApplicable(unittest.SkipTest):
    """A law cannot be tried here; pytest shows the test as skipped."""


class Fault(Exception):
    """The plugin raised, or answered with something unusable, when it was asked for `subject`."""

    def __init__(self, subject: str, happened: str) -> None:
        super().__init__(happened)
        self.subject = subject


class _Unmet(Exception):
    """What happened in place of what the law expects."""


Law = Callable[[Any], None]


def law(*answers_for: str) -> Callable[[Law], Law]:
    """Returns a decorator for a law that also answers for the faults of the subjects named (hooks, mostly)."""

    def decorate(method: Law) -> Law:
        """Returns the law that tells its own breach from the faults that other laws answer for."""

        @functools.wraps(method)
        def tried(self: "Laws") -> None:
            """Raises `Broken` where the law is, `NotApplicable` where it cannot be tried."""
            __tracebackhide__ = True  # pytest: the message says all
            try:
                if reason := self.exemptions().get(method.__name__):
                    raise NotApplicable(f"exempt: {reason}")
                method(self)
            except _Unmet as unmet:
                raise Broken(_message(type(self), method, str(unmet))) from None
            except Fault as fault:
                if fault.subject not in answers_for:
                    raise NotApplicable(f"{fault.subject}: {fault} (another law answers for that)") from fault
                raise Broken(_message(type(self), method, f"{fault.subject}: {fault}")) from fault
            except (unittest.SkipTest, DiscoveryError, OptionError):  # the latter two are mistakes of who asks
                raise
            except Exception as error:  # what a plugin answered made the law itself stumble: still one law's verdict
                raise Broken(_message(type(self), method, f"{type(error).__name__}: {error}")) from error

        return tried

    return decorate


class Laws:
    """Base of the conformance classes: the laws are the methods named `test_…`, in the order of their definition."""

    exempt: ClassVar[dict[str, str]] = {}

    def exemptions(self) -> dict[str, str]:
        """Returns the laws that do not bind this plugin, each with the reason."""
        return self.exempt

    def expect(self, holds: object, happened: str) -> None:
        """Ends the law as broken unless `holds`; `happened` is told beside what the law expects."""
        if not holds:
            raise _Unmet(happened)

    @classmethod
    def laws(cls) -> list[str]:
        """Returns the names of the laws."""
        names = [name for owner in reversed(cls.__mro__) for name in vars(owner) if name.startswith("test_")]
        return list(dict.fromkeys(names))


@attrs.frozen
class Verdict:
    """One law, tried: `message` says why it is broken or does not apply, and is empty where it is kept."""

    law: str
    statement: str
    state: Literal["kept", "broken", "not applicable"]
    message: str = ""


def check(conformance: type[Laws]) -> Iterator[Verdict]:
    """Yields the verdict of every law of a conformance class, each tried on an object of its own as pytest does."""
    for name in conformance.laws():
        with redirect_stdout(sys.stderr):  # what plugins print must not mix with what is printed of the verdicts
            verdict = _verdict(conformance, name)
        yield verdict


def _verdict(conformance: type[Laws], name: str) -> Verdict:
    says = statement(getattr(conformance, name))
    try:
        getattr(conformance(), name)()
    except NotApplicable as reason:
        return Verdict(name, says, "not applicable", str(reason))
    except Broken as broken:
        return Verdict(name, says, "broken", str(broken))
    return Verdict(name, says, "kept")


def statement(method: Any) -> str:
    """Returns the law itself: the first sentence of the docstring."""
    return " ".join((inspect.getdoc(method) or "").partition("\n\n")[0].split())


def _message(kind: type, method: Any, happened: str) -> str:
    owner = [c for c in kind.__mro__ if method.__name__ in vars(c)][-1]  # the kit's, where a test defines it again
    why = " ".join((inspect.getdoc(method) or "").partition("\n\n")[2].split())
    name = f"{owner.__module__}.{owner.__qualname__}.{method.__name__}"
    explained = f"explained: {PAGE}#{name}\n           or: python -m pydoc {name}"
    return f"\nexpected:  {statement(method)}\nhappened:  {happened}\nwhy:       {why}\n{explained}"
