"""A space small enough to know by heart, and strategies that break in chosen ways: what the core is tested with.

The space has three layers of four operations; the accuracy of a code is known exactly, so that a test can tell
what a search must find. Options make its evaluations slow, failing or fatal.
"""

import os
import time
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import attrs
import numpy as np

from nasplug import Architecture, Evaluation, Job, Run, hookimpl, option
from nasplug.errors import ConfigurationError

LAYERS, OPERATIONS = 3, 4


def accuracy(code: Sequence[int]) -> float:
    """Returns the noise-free accuracy in percent: 50 to 95, with the best at 3,3,3."""
    return 50.0 + 15.0 * sum((index + 1) * operation for index, operation in enumerate(code)) / 6.0


def architecture(*code: int) -> Architecture:
    """Returns a toy architecture."""
    return Architecture("toy", code)


def job(*code: int, number: int = 0, **more: object) -> Job:
    """Returns the job of a toy architecture; `more` are fields of the job that matter to a test."""
    values = {"key": f"run/{number}", "canonical": str(architecture(*code)), "seed": 0} | more
    return Job(number=number, architecture=architecture(*code), **values)  # type: ignore[arg-type]


@attrs.define(eq=False)
class ToySpace:
    """`seconds` an evaluation takes, `fails` a code that raises, `hangs` one that never ends, `kills` one that dies."""

    seconds: float = option(0.0, "how long an evaluation takes")
    fails: str = option("", "the code whose evaluation raises")
    hangs: str = option("", "the code whose evaluation does not end")
    kills: str = option("", "the code whose evaluation kills its process")
    value: float = option(-1.0, "what every evaluation claims instead of the accuracy; nan and 250 are wrong")
    broken: bool = option(False, "no evaluation can ever succeed")
    says: str = option("", "what every evaluation prints on standard output")
    calls: Path | None = option(None, "a file that gets one line an evaluation")
    metric: str = option("parameters", "the name of the one metric")

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        return architecture(*rng.integers(OPERATIONS, size=LAYERS).tolist())

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        code = list(architecture.code)
        layer = int(rng.integers(LAYERS))
        code[layer] = (code[layer] + 1 + int(rng.integers(OPERATIONS - 1))) % OPERATIONS
        return attrs.evolve(architecture, code=tuple(code))

    @hookimpl
    def enumerate_space(self) -> Iterator[Architecture]:
        return (architecture(*code) for code in product(range(OPERATIONS), repeat=LAYERS))

    @hookimpl
    def measure_latency(self, architecture: Architecture, device: str) -> float | None:
        return 10.0 + sum(architecture.code) if device == "toyphone" else None

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, epochs: int | None, seed: int) -> Evaluation:
        self._misbehave(",".join(map(str, architecture.code)))
        noise = (seed % 1000) / 1000.0 if purpose == "search" else 0.0
        found = accuracy(architecture.code) + noise if self.value == -1.0 else self.value
        return Evaluation(found, cost=float(epochs or 2), metrics={self.metric: 100.0}, source="toy")

    def _misbehave(self, code: str) -> None:
        if self.calls:
            with self.calls.open("a") as lines:
                lines.write(f"{code}\n")
        if self.says:
            print(self.says, flush=True)
        time.sleep(3600.0 if code == self.hangs else self.seconds)
        if code == self.kills:
            os._exit(7)
        if code == self.fails:
            raise RuntimeError("loss is NaN at step 12")
        if self.broken:
            raise ConfigurationError("The toy has no batteries. Put some in.")


@attrs.define(eq=False)
class Grid:
    """Suggests every architecture in order, and ends by itself."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        everything = [architecture(*code) for code in product(range(OPERATIONS), repeat=LAYERS)]
        return everything[run.next_number : run.next_number + count]


@attrs.define(eq=False)
class Speechless:
    """Suggests nothing."""

    @hookimpl
    def suggest(self) -> list[Architecture]:
        return []


@attrs.define(eq=False)
class Quitter(Grid):
    """Ends after three trials where the seed is odd."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        return [] if run.seed % 2 and run.next_number >= 3 else super().suggest(run, count)


@attrs.define(eq=False)
class Breaking(Grid):
    """Raises after three trials where the seed is odd, unless `mended` exists; with `exits`, its process dies."""

    mended: Path | None = option(None, "a file")
    exits: bool = option(False, "whether the process dies")

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        if run.seed % 2 and run.next_number >= 3 and not (self.mended and self.mended.exists()):
            if self.exits:
                os._exit(7)
            raise KeyError("learning_rate")
        return super().suggest(run, count)


@attrs.define(eq=False)
class Shy(Grid):
    """Suggests nothing at all where the seed is odd."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        return [] if run.seed % 2 else super().suggest(run, count)


@attrs.define(eq=False)
class Climber:
    """Mutates the best architecture so far: its suggestions depend on everything it was told."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        done = [trial for trial in run.trials if trial.state == "complete"]
        if not done:
            return [run.hook.sample(rng=run.rng) for _ in range(count)]
        best = max(done, key=run.score)
        return [run.hook.mutate(architecture=best.architecture, rng=run.rng) for _ in range(count)]


@attrs.define(eq=False)
class Foreseer:
    """Samples, and predicts by a rule of thumb: the more each operation counts, the better."""

    @hookimpl
    def suggest(self, run: Run, count: int) -> list[Architecture]:
        return [run.hook.sample(rng=run.rng) for _ in range(count)]

    @hookimpl
    def predict(self, run: Run, architectures: Sequence[Architecture]) -> np.ndarray:
        assert run.trials, "there is nothing to learn from"
        return np.array([50.0 + sum(architecture.code) for architecture in architectures])

    @hookimpl
    def predicts_from(self, budget: int | None) -> int | None:
        return budget and budget // 2


@attrs.define(eq=False)
class Clueless(Foreseer):
    """Predicts no number for the first architecture; with `mute` it predicts of that one alone."""

    mute: bool = option(False, "whether it predicts too few")

    @hookimpl
    def predict(self, run: Run, architectures: Sequence[Architecture]) -> np.ndarray:
        found = super().predict(run, architectures)
        found[0] = np.nan
        return found[1:2] if self.mute else found


@attrs.define(eq=False)
class Repeater:
    """Suggests one architecture over and over."""

    @hookimpl
    def suggest(self, count: int) -> list[Architecture]:
        return [architecture(3, 3, 3)] * count
