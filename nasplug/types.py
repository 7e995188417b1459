"""The values that travel through a run, frozen and validated, and `Run`: what a plugin sees of the run itself."""

import math
from collections.abc import Iterable, Mapping, Sequence
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Protocol

import attrs

if TYPE_CHECKING:
    import numpy as np
    import pluggy

Purpose = Literal["search", "final"]  # what a space is asked for
JobPurpose = Literal["search", "confirm", "final"]
Direction = Literal["max", "min"]
_optional = attrs.validators.optional


def _finite(_: Any, attribute: "attrs.Attribute[Any]", value: float) -> None:
    if not math.isfinite(value):
        raise ValueError(f"{attribute.name} must be a finite number, got {value}")


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


def _whole(value: Any) -> int | None:
    """Returns a number as Python's own int, None as it is."""
    try:
        return None if value is None else index(value)
    except TypeError:
        raise ValueError(f"epochs and continues must be whole numbers, got {value!r}") from None


def _floats(metrics: Mapping[str, Any]) -> dict[str, float]:
    try:
        return {str(name): float(value) for name, value in metrics.items()}
    except (AttributeError, TypeError, ValueError):
        raise ValueError(f"metrics must be a dict of numbers, got {metrics!r}") from None


@attrs.frozen(order=True)
class Architecture:
    """One point of a search space: the space's entry-point name and an integer code.

    The code means something to its space alone; any sequence of integers becomes a tuple of them. Two architectures are
    equal when space and code are. Use the hook `canonical` to ask whether two *networks* are equal.
    """

    space: str
    code: tuple[int, ...] = attrs.field(converter=_integers)

    def __str__(self) -> str:
        return f"{self.space}:{','.join([str(number) for number in self.code])}"  # a list joins faster than a map

    @classmethod
    def parse(cls, text: str, space: str | None = None) -> "Architecture":
        """Returns the architecture that `str()` wrote as `text`.

        Args:
            text: `space:0,1,6`, or only `0,1,6` where `space` is given
            space: the name of the space whose code it must be

        Raises:
            ValueError: the text is no architecture, or one of another space
        """
        name, colon, code = text.strip().rpartition(":")
        if space is not None and name not in ("", space):
            raise ValueError(f"{text!r} is an architecture of the space {name!r}, not of {space!r}")
        if space is None and not colon:
            raise ValueError(f"{text!r} is not an architecture: wanted SPACE:INTEGER,INTEGER,…")
        try:
            return cls(name or str(space), tuple(map(int, code.split(","))))
        except ValueError:
            raise ValueError(f"{code!r} is not an architecture code: wanted integers separated by commas") from None


@attrs.frozen
class Evaluation:
    """The result of one evaluation of an architecture.

    `accuracy` is the space's main figure, in percent unless its hook `objective` says otherwise; `cost` is in seconds
    of training; `metrics` holds whatever else the space knows (parameters, loss, …). `source` says where the accuracy
    comes from: `trained`, `table`, `cache`, …; one with `surrogate` in it is shown as a prediction.

    Raises:
        ValueError: a value is NaN or infinite, or the cost negative; so a training that diverged is no complete trial
    """

    accuracy: float = attrs.field(converter=float, validator=_finite)
    cost: float = attrs.field(converter=float, validator=_finite_non_negative)
    metrics: dict[str, float] = attrs.field(factory=dict, converter=_floats)
    source: str = "trained"


@attrs.frozen
class Objective:
    """A figure of architectures that a search makes as large or as small as it can.

    `unit` is shown behind its values; an evaluation outside of `low` to `high` is a failed one.
    """

    name: str
    unit: str = ""
    direction: Direction = attrs.field(default="max", validator=attrs.validators.in_(("max", "min")))
    low: float = -math.inf
    high: float = math.inf

    def score(self, value: float) -> float:
        """Returns a number that is higher for better values; of such a number, the value again."""
        return value if self.direction == "max" else -value

    @property
    def plain_name(self) -> str:
        """The name as people read it."""
        return self.name.replace("_", " ")

    def number(self, value: float) -> str:
        """Returns a value as people read it, without its unit: `93.46`, `0.8725`, `4,000,000`."""
        if abs(value) >= 1000 and value.is_integer():
            return f"{value:,.0f}"
        is_fine = 0.0 < abs(value) < 1.0 and self.unit != "%"
        return f"{value:#.4g}" if is_fine else f"{value:,.2f}"

    def text(self, value: float, error: float | None = None) -> str:
        """Returns a value as people read it, with its standard error if that is known: `93.46 %`, `93.46 ± 0.12 %`."""
        is_fine = error is not None and 0.0 < error < 1.0 and self.unit != "%"
        around = "" if error is None else f" ± {f'{error:#.2g}' if is_fine else self.number(error)}"
        return f"{self.number(value)}{around} {self.unit}".rstrip()


ACCURACY = Objective("accuracy", "%", "max", 0.0, 100.0)


@attrs.frozen
class Suggestion:
    """An architecture, and how long to train it: what a strategy may suggest in place of an architecture alone.

    `epochs` None means the run's or the space's own number. `continues` is the trial whose training goes on, from
    whose beginning `epochs` counts. Raises `ValueError` for epochs below 1, and for what is no whole number.
    """

    architecture: Architecture
    epochs: int | None = attrs.field(default=None, converter=_whole, validator=_optional(attrs.validators.ge(1)))
    continues: int | None = attrs.field(default=None, converter=_whole, validator=_optional(attrs.validators.ge(0)))


@attrs.frozen
class Job:
    """An architecture that waits for its evaluation.

    `key` (`RUN/NUMBER`) is the same after a resume. `continues` is the number of the trial whose training goes on. The
    purpose `confirm` is one more training of a network that the search knows: a space is asked for `search` again.
    """

    number: int
    key: str
    architecture: Architecture
    canonical: str
    seed: int
    purpose: JobPurpose = "search"
    epochs: int | None = None
    continues: int | None = None
    _folder: str = ""

    @property
    def folder(self) -> Path:
        """A folder for checkpoints and artifacts, made when it is first asked for; the same after a resume.

        It is removed when the trial can no longer be continued, and with its run. That of the trial `continues` is
        beside it, under that number. Raises `ValueError` for a job without one.
        """
        if not self._folder:
            raise ValueError(f"the job {self.key} has no folder")
        folder = Path(self._folder)
        folder.mkdir(parents=True, exist_ok=True)
        return folder


@attrs.frozen
class Trial:
    """One architecture that a run took up: complete, failed, or infeasible where it breaks a limit of the run.

    `started` and `finished` are seconds since the epoch. `latency` is in milliseconds, None without a device.
    `canonical` is equal for equal networks. An infeasible trial has an evaluation only where it was paid for; without
    one, `measured` has the figures that the run looks at. A trial that was known at the beginning has the purpose
    `known` and a number below zero; one that trains a network of the search again has `confirm`. `epochs` and
    `continues` are those of the job.
    """

    number: int
    architecture: Architecture
    state: Literal["complete", "failed", "infeasible"]
    evaluation: Evaluation | None
    error: str | None
    purpose: Literal["search", "confirm", "final", "known"]
    started: float
    finished: float
    canonical: str = ""
    latency: float | None = None
    epochs: int | None = None
    continues: int | None = None
    measured: dict[str, float] = attrs.field(factory=dict, converter=_floats)

    @property
    def accuracy(self) -> float | None:
        """The evaluation's accuracy, None where there is no evaluation."""
        return self.evaluation.accuracy if self.evaluation else None


@attrs.frozen
class Published:
    """What a paper says of one architecture: percent, their standard deviation, milliseconds on `device`."""

    architecture: Architecture
    accuracy: float
    std: float
    latency: float
    device: str


class Run(Protocol):
    """One run as its plugins see it."""

    name: str
    space: object
    """The space's instance."""
    space_given: bool
    """Whether the caller gave this instance; else it was made of the space's name or class, and options."""
    trials: list[Trial]
    """The known trials, then the search trials told so far in the order of telling, failed ones included."""
    known: list[Trial]
    """Trials of other runs or of nobody's, told before the first suggestion; outside of budget and incumbent."""
    rng: "np.random.Generator"
    """Derived from `seed` and the count of suggestions before each `suggest`, so that no generator is stored."""
    replaying: bool
    """True while a resumed run tells its stored trials again."""
    next_number: int
    """The number that the next trial gets."""
    storage: str | None
    """The URL of the storage, with its password masked; None in memory."""

    @property
    def hook(self) -> "pluggy.HookRelay":
        """The hooks of the run's plugins: `run.hook.sample(rng=run.rng)`."""

    @property
    def objectives(self) -> Sequence[Objective]:
        """What the run searches for, the main objective first."""

    @property
    def limits(self) -> Sequence[str]:
        """What an architecture must keep, as in `parameters<=4e6`."""

    @property
    def seed(self) -> int:
        """The seed of the run, from which every generator and every training's seed is derived."""

    @property
    def budget(self) -> int | None:
        """How many trials the run was planned with; None without such a bound. A run that has grown makes more."""

    @property
    def remaining(self) -> int | None:
        """How many trials may still be suggested; None without a budget."""

    @property
    def batch(self) -> int:
        """How many trials the run asks for at once, at most."""

    @property
    def workers(self) -> int:
        """How many evaluations go on at the same time, at most."""

    @property
    def timeout(self) -> float | None:
        """After how many seconds an executor must stop an evaluation; None for never."""

    @property
    def device(self) -> str | None:
        """The device on which the latency of every architecture is measured; None without one."""

    @property
    def latency_window(self) -> tuple[float, float] | None:
        """The lowest and the highest latency allowed, in milliseconds on `device`; None without bounds."""

    @property
    def middleware(self) -> Sequence[str]:
        """The names of the run's middleware, the outermost first."""

    @property
    def pending(self) -> Sequence[Architecture]:
        """The architectures that wait for their evaluation, or are evaluated now."""

    def values(self, trial: Trial) -> tuple[float, ...]:
        """Returns a trial's value of each objective. Raises `ValueError` where it has none."""

    def score(self, trial: Trial) -> float:
        """Returns the trial's value of the main objective as a number that is higher for better trials."""

    def feasible(self, trial: Trial) -> bool:
        """Returns whether a trial is complete and keeps every limit."""

    def stop(self, reason: str) -> None:
        """Ends the search once the evaluations that have begun are finished."""
