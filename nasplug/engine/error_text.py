"""The text of an error as a trial stores it: what was raised, and the last frames of where."""

import traceback

LONGEST_ERROR = 10_000  # characters of an error that are stored
FRAMES = 5  # of its traceback


def storable_text(problem: BaseException) -> str:
    """Returns an error as text that every database takes, its last frames behind the message.

    Without NUL and lone surrogates; the message is at most `LONGEST_ERROR` long. The errors inside an `ExceptionGroup`
    are named in its message.
    """
    message = f"{type(problem).__name__}: {_message(problem)}"
    if len(message) > LONGEST_ERROR:
        message = f"{message[:LONGEST_ERROR]}… ({len(message):,} characters)"
    text = f"{message}\n{last_frames(problem)}".rstrip()
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")


def last_frames(problem: BaseException) -> str:
    """Returns the last `FRAMES` lines of a plugin's code that the error passed, the one that raised it last."""
    frames = traceback.extract_tb(problem.__traceback__)
    of_pluggy = [place for place, frame in enumerate(frames) if "/pluggy/" in frame.filename]
    own = frames[max(of_pluggy, default=-1) + 1 :][-FRAMES:]
    return "\n".join(f"  {frame.filename}:{frame.lineno} in {frame.name}: {frame.line}" for frame in own)


def _message(problem: BaseException) -> str:
    if not isinstance(problem, BaseExceptionGroup):
        return str(problem)
    inner = "; ".join(f"{type(error).__name__}: {_message(error)}" for error in problem.exceptions)
    return f"{problem.message}: {inner}"
