"""Where an error was raised: its last frames, as text."""

import os
from collections.abc import Iterator
from pathlib import Path
from traceback import FrameSummary, TracebackException

import pluggy

MOST_FRAMES = 20
LONGEST_LINE = 500  # characters
_CORE = Path(__file__).parents[1]
_MACHINERY = tuple(
    f"{folder}{os.sep}" for folder in (_CORE / "engine", _CORE / "executors", Path(pluggy.__file__).parent)
)


def last_frames(error: BaseException) -> str:
    """Returns where an error was raised, as Python shows it: the last call at the end, then the error itself.

    Errors that caused it come before it. There are `MOST_FRAMES` frames at most, and none of those through which
    nasplug and pluggy called the plugin. Of an error that comes back from a worker, these are the frames there.
    """
    if isinstance(frames_in_worker := getattr(error, "frames_in_worker", None), str):
        return frames_in_worker
    report, room = TracebackException.from_exception(error), MOST_FRAMES
    for part in _parts(report):
        part.stack[:] = _shortened([f for f in part.stack if not f.filename.startswith(_MACHINERY)], room)
        room -= len(part.stack)
    return "\n".join(line[:LONGEST_LINE] for line in "".join(report.format()).splitlines())


def _parts(report: TracebackException) -> Iterator[TracebackException]:
    """Yields the reports of an error, of those in its group, and of what caused it."""
    yield report
    cause = report.__cause__ or (None if report.__suppress_context__ else report.__context__)
    for part in (cause, *(report.exceptions or ())):
        if part is not None:
            yield from _parts(part)


def _shortened(frames: list[FrameSummary], room: int) -> list[FrameSummary]:
    """Returns the last `room` frames; the first of them is of the file where the evaluation begins, its last one."""
    if len(frames) <= room:
        return frames
    cut = len(frames) - room + 1
    own = [frame for frame in frames[:cut] if frame.filename == frames[0].filename]
    return [own[-1], *frames[cut:]] if room > 0 else []
