"""A toy space whose evaluations are noisy, as short trainings are, and which recommends to confirm what is best."""

from typing import Any

import attrs
import numpy as np
import toy

from nasplug import Architecture, Evaluation, hookimpl, option


@attrs.define(eq=False)
class NoisySpace(toy.ToySpace):
    """The toy space with normal noise in a search; with `repeats` above 1 it says how far trainings differ."""

    deviation: float = option(10.0, "the standard deviation of one training, in percent")
    repeats: int = option(1, "trainings that an evaluation averages")
    recommended: str | None = option(None, "what it recommends for --confirm")

    @hookimpl
    def recommend(self) -> dict[str, Any] | None:
        return {"confirm": self.recommended} if self.recommended else None

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, epochs: int | None, seed: int) -> Evaluation:
        assert purpose in ("search", "final"), purpose
        self._misbehave(",".join(map(str, architecture.code)))
        true, metrics = toy.accuracy(architecture.code) / 2.0, {"seed": float(seed)}
        if purpose == "final":
            return Evaluation(true, 3.0, metrics, "toy")
        values = true + self.deviation * np.random.default_rng(seed).standard_normal(self.repeats)
        if self.repeats > 1:
            metrics |= {"repeats": float(self.repeats), "repeat_deviation": float(values.std(ddof=1))}
        return Evaluation(float(values.mean().clip(0.0, 100.0)), float(epochs or 2), metrics, "toy")
