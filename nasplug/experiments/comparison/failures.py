"""The repeats of a comparison that raised instead of ending, and the one error that names them."""

from collections.abc import Sequence
from itertools import groupby

import attrs

from nasplug.errors import NasplugError


@attrs.frozen
class Failure:
    """A repeat that raised `error`, as text. `cause` is kept of the first one alone: it holds all of its search."""

    strategy: str
    repeat: int
    seed: int
    error: str
    cause: BaseException | None = attrs.field(default=None, eq=False, repr=False)

    def __str__(self) -> str:
        return f"{self.strategy}, repeat {self.repeat} (seed {self.seed}): {self.error}"

    def row(self) -> dict[str, str | int]:
        """Returns what tables and JSON have of it."""
        return {"strategy": self.strategy, "repeat": self.repeat, "seed": self.seed, "error": self.error}


def error_of(failures: Sequence[Failure], count: int) -> NasplugError:
    """Returns the error of a comparison of `count` repeats, one line for each strategy and reason."""
    groups: dict[tuple[str, str], list[Failure]] = {}
    for failure in failures:
        groups.setdefault((failure.strategy, failure.error), []).append(failure)
    lines = [f"  {strategy}, {_which(group)}: {error}" for (strategy, error), group in groups.items()]
    head = f"{len(failures)} of {count} repeats failed and are in no table. The same command runs them again."
    return NasplugError("\n".join([head, *lines]))


def _which(failures: Sequence[Failure]) -> str:
    repeats, seeds = (_ranges(sorted(numbers)) for numbers in zip(*((f.repeat, f.seed) for f in failures), strict=True))
    return f"repeats {repeats} (seeds {seeds})" if len(failures) > 1 else f"repeat {repeats} (seed {seeds})"


def _ranges(numbers: Sequence[int]) -> str:
    """Returns ascending numbers as text, `0–2, 5` for 0, 1, 2 and 5."""
    runs = [[n for _, n in run] for _, run in groupby(enumerate(numbers), lambda pair: pair[1] - pair[0])]
    return ", ".join(f"{run[0]}–{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)
