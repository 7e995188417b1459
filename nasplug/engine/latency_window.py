"""A plugin that keeps `sample` and `mutate` inside a latency window, for every strategy."""

import logging
import math
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import attrs
import numpy as np

from nasplug.engine.evaluation import FATAL
from nasplug.engine.measures import measured_latency
from nasplug.errors import PluginError, SpaceExhausted, error_text, first_line
from nasplug.hookspecs import hookimpl
from nasplug.types import Architecture

if TYPE_CHECKING:
    import pluggy

log = logging.getLogger("nasplug")
DRAWS = 100_000  # in a row without a new architecture inside, after which a window counts as exhausted
SECONDS = 120.0  # the same, for devices on which a measurement takes long
NOTICE = 10.0  # seconds without a new architecture inside, after which the user hears of it
REPEATS = 1000  # mutants in a row that were drawn before, after which all neighbours of a parent are known


@attrs.define(eq=False)
class Draws:
    """Architectures drawn in search of latencies from `low` to `high` milliseconds, and which latencies they had."""

    low: float
    high: float
    count: int = attrs.field(default=0, init=False)
    inside: set[Architecture] = attrs.field(factory=set, init=False)
    fastest: float = attrs.field(default=math.inf, init=False)
    slowest: float = attrs.field(default=0.0, init=False)
    nearest: tuple[float, float, Architecture | None] = attrs.field(default=(math.inf, 0.0, None), init=False)
    failures: int = attrs.field(default=0, init=False)  # draws whose latency nobody could tell
    first_failure: str = attrs.field(default="", init=False)
    seconds: float = attrs.field(default=0.0, init=False)  # of all draws
    _draw_began: float = attrs.field(default=0.0, init=False)
    _fruitless: tuple[int, float] = attrs.field(
        default=(0, 0.0), init=False
    )  # draws and seconds since a new one inside
    _is_noticed: bool = attrs.field(default=False, init=False)

    def may_go_on(self) -> bool:
        """Returns whether to draw once more: fewer than `DRAWS` and `SECONDS` brought nothing new inside."""
        draws, seconds = self._fruitless
        if seconds > NOTICE and not self._is_noticed:
            self._is_noticed = True
            log.info("looking for architectures inside the latency window: %s", str(self))  # as it is now
        self._draw_began = time.monotonic()
        return draws < DRAWS and seconds < SECONDS

    def add(self, architecture: Architecture, latency: float) -> bool:
        """Counts a draw; returns whether its latency lies inside. `nearest` is the nearest outside, distance first."""
        self._count()
        self.fastest, self.slowest = min(self.fastest, latency), max(self.slowest, latency)
        distance = max(self.low - latency, latency - self.high)
        if 0 < distance < self.nearest[0]:
            self.nearest = distance, latency, architecture
        if distance <= 0 and architecture not in self.inside:
            self.inside.add(architecture)
            self._fruitless = 0, 0.0
        return distance <= 0

    def add_failure(self, error: Exception) -> None:
        """Counts a draw whose measurement raised."""
        self._count()
        self.failures += 1
        self.first_failure = self.first_failure or first_line(error_text(error))

    def __str__(self) -> str:
        _, latency, nearest = self.nearest
        drawn = f"{self.count:,} drawn in {self.seconds:.1f} s, {len(self.inside):,} different inside"
        has_latencies = self.count > self.failures
        met = f", latencies from {self.fastest:.2f} to {self.slowest:.2f} ms" if has_latencies else ""
        failed = f", {self.failures:,} not measured, the first for {self.first_failure}" if self.failures else ""
        return drawn + met + (f", the nearest outside {latency:.2f} ms ({nearest})" if nearest else "") + failed

    def advice(self) -> str:
        """Returns what to do where more is needed than lies inside."""
        _, latency, nearest = self.nearest
        wider = f", to {min(self.low, latency):g}:{max(self.high, latency):g} for instance" if nearest else ""
        return f"Widen the window{wider}."

    def _count(self) -> None:
        elapsed = time.monotonic() - self._draw_began
        self.count, self.seconds = self.count + 1, self.seconds + elapsed
        self._fruitless = self._fruitless[0] + 1, self._fruitless[1] + elapsed


@attrs.define(eq=False)
class LatencyWindow:
    """Answers `sample` and `mutate` in place of the space, with architectures inside the window alone.

    A sample comes from the space's `sample_within` where it has that hook. Otherwise the space draws until a latency
    lies inside, which keeps the space's own distribution. While a strategy suggests, it may draw on as long as new
    architectures are found inside. `manager` is the one in which this plugin is registered; `low` and `high` are in
    milliseconds on `device`; `space` is the name of the space, for messages.
    """

    manager: "pluggy.PluginManager"
    low: float
    high: float
    device: str
    space: str
    _draws: Draws = attrs.field(default=attrs.Factory(lambda self: Draws(self.low, self.high), True), init=False)

    @hookimpl(wrapper=True)
    def suggest(self) -> Iterator[None]:
        """Forgets what was drawn, so that an answer does not depend on earlier ones."""
        self._draws = Draws(self.low, self.high)
        return (yield)

    @hookimpl(tryfirst=True)
    def sample(self, rng: np.random.Generator) -> Architecture:
        """Returns a random architecture inside the window.

        Raises `SpaceExhausted` where nothing new is found, `PluginError` for a wrong answer of the space.
        """
        draw = self.manager.subset_hook_caller("sample", [self])
        while self._draws.may_go_on():
            architecture = self._drawn_within(rng)
            is_direct = architecture is not None
            architecture = architecture or draw(rng=rng)
            if self._is_inside(architecture, is_direct):
                return architecture
        raise self._exhausted("No further architecture")

    @hookimpl(tryfirst=True)
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        """Returns a neighbour inside the window. Raises `SpaceExhausted` where none is found."""
        draw = self.manager.subset_hook_caller("mutate", [self])
        known, repeats = set[Architecture](), 0
        while repeats < REPEATS and self._draws.may_go_on():
            child: Architecture = draw(architecture=architecture, rng=rng)
            repeats = repeats + 1 if child in known else 0
            if not repeats and self._is_inside(child):
                return child
            known.add(child)
        raise self._exhausted(f"No neighbour of {architecture}")

    def _drawn_within(self, rng: np.random.Generator) -> Architecture | None:
        """Returns what the space's own way into the window leads to; None where it has none."""
        window: dict[str, Any] = {"device": self.device, "low": self.low, "high": self.high}
        answer: list[Architecture] | None = self.manager.hook.sample_within(count=1, rng=rng, **window)
        if answer is not None and len(answer) != 1:
            raise self._wrong(answer)
        return answer[0] if answer else None

    def _is_inside(self, architecture: Architecture, is_direct: bool = False) -> bool:
        """Counts a draw. Raises `PluginError` where `sample_within` has answered with one outside."""
        try:
            latency = measured_latency(self.manager.hook, architecture, self.device)
        except FATAL:
            raise
        except Exception as error:  # a device that fails on one architecture may know the next
            self._draws.add_failure(error)
            return False
        is_inside = self._draws.add(architecture, latency)
        if is_direct and not is_inside:
            raise self._wrong([architecture])
        return is_inside

    def _wrong(self, answer: list[Architecture]) -> PluginError:
        return PluginError(
            f"The space {self.space!r} was asked by sample_within for one architecture of {self._text()}, and "
            f"answered {list(map(str, answer))}."
        )

    def _exhausted(self, what: str) -> SpaceExhausted:
        return SpaceExhausted(f"{what} was found with {self._text()}: {self._draws}. {self._draws.advice()}")

    def _text(self) -> str:
        return f"{self.low:g}:{self.high:g} ms on {self.device}"


def sample_anywhere(manager: "pluggy.PluginManager") -> Architecture:
    """Returns one architecture of the space, whatever latency window the run has. The same every time."""
    draw = manager.subset_hook_caller("sample", [manager.get_plugin("window")])
    architecture: Architecture = draw(rng=np.random.default_rng(0))
    return architecture
