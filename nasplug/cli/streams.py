"""Keeps what evaluations print away from what a command prints."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def prints_elsewhere() -> Iterator[None]:
    """Sends standard output to standard error meanwhile, that of worker processes and of C libraries too.

    Around a search: its result is one document or table on standard output, whatever a training prints.
    """
    sys.stdout.flush()
    kept = os.dup(1)
    os.dup2(2, 1)
    try:
        yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, 1)
        os.close(kept)


def printable(text: str) -> str:
    """Returns the text with what could steer a terminal (escapes, direction marks) written out; for foreign texts."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)


def for_output(text: str) -> str:
    """Returns a foreign text as standard output takes it: whole for a file or a program, printable on a terminal."""
    return printable(text) if sys.stdout.isatty() else text
