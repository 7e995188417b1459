"""What is printed: it may not end a search, nor steer a terminal."""

import io
import os
import sys


def make_streams_safe() -> None:
    """Opens the standard streams that are closed, where what is printed is lost; a character that one cannot hold is
    written out, as `\\u2192`.

    Called at the start of the command line and of every worker process. A file that is opened while a stream is closed
    would get its number, and everything that is printed.
    """
    for number, name, mode in ((0, "stdin", "r"), (1, "stdout", "w"), (2, "stderr", "w")):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # gets the lowest number, which is this one
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(number, mode, closefd=False, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def escape_controls(text: str) -> str:
    """Returns the text with what could steer a terminal (escapes, direction marks) written out; for foreign texts."""
    return "".join(c if c.isprintable() or c in "\n\t" else c.encode("unicode_escape").decode() for c in text)
