"""The values that travel through a run: frozen, validated, comparable."""

import math
from collections.abc import Iterable, Mapping
from operator import index
from typing import Any, Literal

import attrs

Purpose = Literal["search", "final"]


def _in_percent(_: Any, attribute: "attrs.Attribute[Any]", value: float) -> None:
    if not 0.0 <= value <= 100.0:  # NaN fails this comparison as well
        raise ValueError(f"{attribute.name} must be a percentage between 0 and 100, got {value}")


def _finite_non_negative(_: Any, attribute: "attrs.Attribute[Any]", value: float) -> None:
    if not 0.0 <= value < math.inf:
        raise ValueError(f"{attribute.name} must be finite and not negative, got {value}")


def _integers(code: Iterable[Any]) -> tuple[int, ...]:
    if isinstance(code, bytes):  # an integer each: the quick way for spaces that make many
        return tuple(code)
    try:
        return tuple(map(index, code))  # of a list or array too, whose text and hash would differ
    except TypeError:
        raise TypeError(f"an architecture's code is a sequence of integers, got {code!r}") from None


def _floats(metrics: Mapping[str, Any]) -> dict[str, float]:
    try:
        return {name: float(value) for name, value in metrics.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"metrics must be a dict of numbers, got {metrics!r}") from None


@attrs.frozen(order=True)
class Architecture:
    """One point of a search space: the space's entry-point name and an integer code.

    The code means something to its space alone; any sequence of integers becomes a tuple of them.
    Two architectures are equal when space and code are. Use the hook `canonical` to ask whether
    two *networks* are equal.
    """

    space: str
    code: tuple[int, ...] = attrs.field(converter=_integers)

    def __str__(self) -> str:
        return f"{self.space}:{','.join(map(str, self.code))}"

    @classmethod
    def parse(cls, text: str, space: str | None = None) -> "Architecture":
        """Returns the architecture that `str()` wrote as `text`.

        A bare `0,1,6` is accepted where `space` tells whose code it is. Raises
        `ValueError` for anything else, also for the code of another space.
        """
        name, colon, code = text.strip().rpartition(":")
        if space is not None and name not in ("", space):
            raise ValueError(f"{text!r} is an architecture of the space {name!r}, not of {space!r}")
        if space is None and not colon:
            raise ValueError(f"{text!r} is not an architecture: wanted SPACE:INTEGER,INTEGER,…")
        try:
            return cls(name or str(space), tuple(int(part) for part in code.split(",")))
        except ValueError:
            raise ValueError(f"{code!r} is not an architecture code: wanted integers separated by commas") from None


@attrs.frozen
class Evaluation:
    """What one evaluation of an architecture found.

    `accuracy` is in percent, `cost` in seconds of training; `metrics` holds whatever else
    the space knows (parameters, loss, …). `source` says where the figure comes from:
    `trained`, `table`, `cache`, …; one with `surrogate` in it is shown as a prediction. Raises
    `ValueError` outside these bounds, so that a diverged training (NaN) can never become a complete trial.
    """

    accuracy: float = attrs.field(converter=float, validator=_in_percent)
    cost: float = attrs.field(converter=float, validator=_finite_non_negative)
    metrics: dict[str, float] = attrs.field(factory=dict, converter=_floats)
    source: str = "trained"


@attrs.frozen
class Trial:
    """One architecture that a run paid for, complete or failed.

    `started` and `finished` are seconds since the epoch; `latency` is in milliseconds, where
    the run has a device; `canonical` is equal for equal networks.
    """

    number: int
    architecture: Architecture
    state: Literal["complete", "failed"]
    evaluation: Evaluation | None
    error: str | None
    purpose: Purpose
    started: float
    finished: float
    canonical: str = ""
    latency: float | None = None

    @property
    def accuracy(self) -> float | None:
        """The evaluation's accuracy in percent, None where the trial failed."""
        return self.evaluation.accuracy if self.evaluation else None


@attrs.frozen
class Published:
    """What a paper says of one architecture: percent, their standard deviation, milliseconds on `device`."""

    architecture: Architecture
    accuracy: float
    std: float
    latency: float
    device: str
