"""What a law is: a test method whose docstring says what a plugin must do, and why.

Each law reports one kind of fault. Where another fault gets in its way, it is not applicable, and another law reports.
"""

import functools
import inspect
import sys
import unittest
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from typing import Any, ClassVar, Literal

import attrs

from nasplug.errors import DiscoveryError, MissingPackage, OptionError, error_text

PAGE = "docs/write/laws.md"

Law = Callable[[Any], None]


class Broken(AssertionError):
    """The plugin breaks a law. The message says what is expected, what happened, and where to read more."""

    state: Literal["broken"] = "broken"


class NotApplicable(unittest.SkipTest):
    """The law cannot be tested on this plugin. pytest shows the test as skipped."""

    state: Literal["not applicable"] = "not applicable"


class NotChecked(unittest.SkipTest):
    """The kit lacks a package with which it would test the law. pytest shows the test as skipped."""

    state: Literal["not checked"] = "not checked"


class Fault(Exception):
    """The plugin did something wrong: `subject` is a hook or a word such as `search`, empty for the running law."""

    def __init__(self, subject: str, happened: str) -> None:
        super().__init__(happened)
        self.subject = subject


@contextmanager
def report_errors(subject: str, action: str, *others: type[Exception]) -> Iterator[None]:
    """Turns whatever a foreign plugin raises inside into a `Fault` of `subject`; errors of the types `others` pass.

    So does `MissingPackage`, which says something about the installation and nothing about the plugin.
    """
    try:
        yield
    except Exception as error:
        if isinstance(error, (Fault, MissingPackage, *others)):
            raise
        raise Fault(subject, f"{action} raised {error_text(error)}") from error


@contextmanager
def report_here(action: str) -> Iterator[None]:
    """Turns a `Fault` of any subject, raised inside, into one that the running law reports."""
    try:
        yield
    except Fault as fault:
        raise Fault("", f"{action}: {fault}") from fault


def law(*subjects: str) -> Callable[[Law], Law]:
    """Returns a decorator for laws. The law also reports every `Fault` of the `subjects`, mostly names of hooks."""

    def decorate(method: Law) -> Law:
        @functools.wraps(method)
        def run(self: "Laws") -> None:
            __tracebackhide__ = True  # pytest: the message says everything
            try:
                if reason := self.exemptions().get(method.__name__):
                    raise NotApplicable(f"exempt: {reason}")
                method(self)
            except Fault as fault:
                happened = f"{fault.subject}: {fault}" if fault.subject else str(fault)
                if fault.subject and fault.subject not in subjects:
                    raise NotApplicable(f"{happened} (another law reports this)") from fault
                raise Broken(_message(type(self), method, happened)) from fault.__cause__
            except MissingPackage as missing:
                raise NotChecked(str(missing)) from missing
            except (unittest.SkipTest, DiscoveryError, OptionError):  # the latter two: the test itself is wrong
                raise
            except Exception as error:  # an answer of the plugin made the law itself fail
                raise Broken(_message(type(self), method, error_text(error))) from error

        return run

    return decorate


class Laws:
    """Base of the conformance classes. Its laws are the methods named `test_…`, in the order of their definition."""

    exempt: ClassVar[dict[str, str]] = {}

    def exemptions(self) -> dict[str, str]:
        """Returns the laws that this plugin need not keep, each with the reason."""
        return self.exempt

    def expect(self, holds: object, happened: str) -> None:
        """Ends the law as broken unless `holds` is true; `happened` becomes part of the message."""
        if not holds:
            raise Fault("", happened)

    @classmethod
    def laws(cls) -> list[str]:
        """Returns the names of the laws."""
        names = [name for owner in reversed(cls.__mro__) for name in vars(owner) if name.startswith("test_")]
        return list(dict.fromkeys(names))


@attrs.frozen
class Verdict:
    """The result of one law; `message` says why it is not kept, and is empty where it is."""

    law: str
    statement: str
    state: Literal["kept", "broken", "not applicable", "not checked"]
    message: str = ""


def check(conformance: type[Laws]) -> Iterator[Verdict]:
    """Yields the verdict of every law of a conformance class, each law on an object of its own, as in pytest."""
    for name in conformance.laws():
        requirement, _ = _requirement_and_reason(getattr(conformance, name))
        verdict = Verdict(name, requirement, "kept")
        with redirect_stdout(sys.stderr):  # keeps what plugins print out of the caller's output
            try:
                getattr(conformance(), name)()
            except (Broken, NotApplicable, NotChecked) as error:
                verdict = attrs.evolve(verdict, state=error.state, message=str(error))
        yield verdict


def _requirement_and_reason(method: Law) -> tuple[str, str]:
    """Returns the two paragraphs of a law's docstring, each in one line."""
    requirement, _, reason = (inspect.getdoc(method) or "").partition("\n\n")
    return " ".join(requirement.split()), " ".join(reason.split())


def _message(kind: type, method: Law, happened: str) -> str:
    requirement, reason = _requirement_and_reason(method)
    owner = [c for c in kind.__mro__ if method.__name__ in vars(c)][-1]  # the kit's, also where a test redefines it
    name = f"{owner.__module__}.{owner.__qualname__}.{method.__name__}"
    explained = f"explained: {PAGE}#{name}\n           or: python -m pydoc {name}"
    return f"\nexpected:  {requirement}\nhappened:  {happened}\nwhy:       {reason}\n{explained}"
