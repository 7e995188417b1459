"""The text of an error as a trial stores it: what was raised, and the last frames of where."""

from nasplug.engine.frames import last_frames
from nasplug.errors import error_text

LONGEST_ERROR = 10_000  # characters of a message, and of its frames, that are stored


def storable_text(problem: BaseException) -> str:
    """Returns an error as text that every database takes, without NUL and lone surrogates.

    The first line is its message; the last frames follow.
    """
    message = " ".join(error_text(problem).split("\n"))
    if len(message) > LONGEST_ERROR:
        message = f"{message[:LONGEST_ERROR]}… ({len(message):,} characters)"
    text = f"{message}\n{last_frames(problem)[-LONGEST_ERROR:]}".rstrip()
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
