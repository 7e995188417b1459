"""The space of the loop's benchmarks: sampling and evaluating cost next to nothing, so the loop is what is measured."""

import time

import attrs
import numpy as np

from nasplug import Architecture, Evaluation, hookimpl


@attrs.define(eq=False)
class BenchSpace:
    """Twenty layers of seven operations; an evaluation is a sum."""

    @hookimpl
    def sample(self, rng: np.random.Generator) -> Architecture:
        return Architecture("bench", tuple(rng.integers(7, size=20).tolist()))

    @hookimpl
    def mutate(self, architecture: Architecture, rng: np.random.Generator) -> Architecture:
        code = list(architecture.code)
        layer = int(rng.integers(20))
        code[layer] = (code[layer] + 1 + int(rng.integers(6))) % 7
        return Architecture("bench", tuple(code))

    @hookimpl
    def evaluate(self, architecture: Architecture) -> Evaluation:
        return Evaluation(sum(architecture.code) / 1.2, 1.0, {}, "bench")


@attrs.define(eq=False)
class SlowSpace(BenchSpace):
    """The same, where an evaluation takes a twentieth of a second."""

    @hookimpl
    def evaluate(self, architecture: Architecture, seed: int) -> Evaluation:
        time.sleep(0.05)
        return Evaluation((sum(architecture.code) + seed % 10) / 1.3, 1.0, {}, "bench")
