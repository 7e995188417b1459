"""The text of an error as a trial stores it: what was raised, and the last frames of where."""

from nasplug.engine.frames import last_frames, message_of

LONGEST_ERROR = 10_000  # characters of a message, and of its frames, that are stored


def storable_text(problem: BaseException) -> str:
    """Returns an error as text that every database takes, without NUL and lone surrogates.

    The first line is its message, in which the errors of an `ExceptionGroup` are named; the last frames follow.
    """
    message = " ".join(f"{type(problem).__name__}: {_message(problem)}".split("\n"))
    if len(message) > LONGEST_ERROR:
        message = f"{message[:LONGEST_ERROR]}… ({len(message):,} characters)"
    text = f"{message}\n{last_frames(problem)[-LONGEST_ERROR:]}".rstrip()
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def _message(problem: BaseException) -> str:
    if not isinstance(problem, BaseExceptionGroup):
        return message_of(problem)
    inner = "; ".join(f"{type(error).__name__}: {_message(error)}" for error in problem.exceptions)
    return f"{problem.message}: {inner}"
