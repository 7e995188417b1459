"""The strategies in the box search for what is to be low as they search for what is to be high."""

import attrs
import pytest

import nasplug
from nasplug import Architecture, Evaluation, Objective, hookimpl
from nasplug.testing import Toy


@attrs.define(eq=False)
class Mirrored(Toy):
    """The toy space of the kit, whose main figure is what its accuracy lacks to 100."""

    @hookimpl
    def objective(self) -> Objective:
        return Objective("error", direction="min")

    @hookimpl
    def evaluate(self, architecture: Architecture, purpose: str, seed: int) -> Evaluation:
        answer = super().evaluate(architecture, purpose, seed)
        return attrs.evolve(answer, accuracy=100.0 - answer.accuracy)


def architectures(space: Toy, strategy: str, **options: object) -> list[str]:
    result = nasplug.search(space, strategy, budget=60, strategy_options=options)
    return [str(trial.architecture) for trial in result.trials]


@pytest.mark.parametrize("strategy", ["random", "regularized_evolution", "local_search"])
def test_a_mirrored_objective_is_searched_for_by_the_same_trials(strategy: str) -> None:
    assert architectures(Toy(), strategy) == architectures(Mirrored(), strategy)


@pytest.mark.slow
def test_the_predictor_chooses_what_it_predicts_to_be_low() -> None:
    result = nasplug.search(Mirrored(), "neural_predictor", budget=36)
    drawn, chosen = ([t.accuracy for t in result.trials[a:b]] for a, b in ((0, 24), (24, 36)))
    assert max(chosen) < sum(drawn) / len(drawn)
