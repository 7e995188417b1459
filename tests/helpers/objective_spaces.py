"""Toy spaces whose main figure is no accuracy in percent, and figures that are known before and after a training."""

import attrs
import toy

from nasplug import Architecture, Evaluation, Objective, hookimpl


@attrs.define(eq=False)
class Measured(toy.ToySpace):
    """Knows the parameters of an architecture without training it, and its size only afterwards."""

    @hookimpl
    def measure(self, architecture: Architecture) -> dict[str, float]:
        return {"parameters": 1e6 * (1 + sum(architecture.code))}

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, epochs: int | None, seed: int) -> Evaluation:
        answer = super().evaluate(architecture, purpose, epochs, seed)
        figures = {"size": float(sum(architecture.code)), "f1": answer.accuracy / 100.0}
        return attrs.evolve(answer, accuracy=self.figure(answer.accuracy), metrics=figures)

    def figure(self, accuracy: float) -> float:
        """Returns the space's main figure: here the accuracy itself."""
        return accuracy


@attrs.define(eq=False)
class Perplexity(Measured):
    """Less is better, without a unit: 205 at 0,0,0 and about 70 at 3,3,3, below which nothing lies."""

    @hookimpl
    def objective(self) -> Objective:
        return Objective("perplexity", direction="min", low=1.0)

    def figure(self, accuracy: float) -> float:
        return 355.0 - 3.0 * accuracy


@attrs.define(eq=False)
class F1(Measured):
    """A share between 0 and 1: about 0.5 at 0,0,0 and about 0.95 at 3,3,3."""

    @hookimpl
    def objective(self) -> Objective:
        return Objective("F1", low=0.0, high=1.0)

    def figure(self, accuracy: float) -> float:
        return accuracy / 100.0
