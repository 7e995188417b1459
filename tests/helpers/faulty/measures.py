"""Spaces whose measures, objective, fidelities or choices break exactly one law each, named in `breaks`."""

from functools import cached_property

import numpy as np

from nasplug import Evaluation, Objective, hookimpl
from nasplug.testing import Toy


class MeasuresInWords(Toy):
    breaks = "test_measures_are_finite_numbers"

    @hookimpl
    def measure(self, architecture):
        return {"parameters": "many"}


class MeasuresANumber(Toy):
    breaks = "test_measures_are_finite_numbers"

    @hookimpl
    def measure(self, architecture):
        return 1e6


class MeasuresMoreOfSome(Toy):
    breaks = "test_measures_are_finite_numbers"

    @hookimpl
    def measure(self, architecture):
        depth = {"depth": 1.0} if sum(architecture.code) > 9 else {}
        return Toy.measure(self, architecture) | depth


class MeasuresAnew(Toy):
    breaks = "test_measures_repeat"

    @cached_property
    def error(self):
        return np.random.default_rng().random()

    @hookimpl
    def measure(self, architecture):
        return {"parameters": Toy.measure(self, architecture)["parameters"] + self.error}


class MeasuresTheCode(Toy):
    breaks = "test_equal_networks_have_equal_measures"

    @hookimpl
    def measure(self, architecture):
        return {"parameters": float(sum(place * value for place, value in enumerate(architecture.code)))}


class ObjectiveAsText(Toy):
    breaks = "test_an_objective_has_a_name_and_bounds"

    @hookimpl
    def objective(self):
        return "accuracy"


class ObjectiveUpsideDown(Toy):
    breaks = "test_an_objective_has_a_name_and_bounds"

    @hookimpl
    def objective(self):
        return Objective("f1", low=1.0, high=0.0)


class OverHundred(Toy):
    breaks = "test_evaluations_lie_within_the_objective"

    @hookimpl
    def evaluate(self, architecture, purpose, seed):
        return Evaluation(1.5 * Toy.evaluate(self, architecture, purpose, seed).accuracy + 60, cost=1.0)


class OverItsOwnBound(Toy):
    breaks = "test_evaluations_lie_within_the_objective"

    @hookimpl
    def objective(self):
        return Objective("f1", high=1.0)


class LongestFirst(Toy):
    breaks = "test_fidelities_ascend"

    @hookimpl
    def fidelities(self):
        return (8, 4, 2), False


class FidelitiesAlone(Toy):
    breaks = "test_fidelities_ascend"

    @hookimpl
    def fidelities(self):
        return (2, 4, 8)


class ListsMoreThanItTrains(Toy):
    breaks = "test_every_fidelity_can_be_evaluated"

    @hookimpl
    def fidelities(self):
        return (2, 4, 8), False

    @hookimpl
    def evaluate(self, architecture, purpose, epochs, seed):
        if epochs not in (None, 2, 4):
            raise KeyError(epochs)
        return Toy.evaluate(self, architecture, purpose, seed)


class CannotGoOn(Toy):
    breaks = "test_a_training_can_be_continued"

    @hookimpl
    def fidelities(self):
        return (2, 4, 8), True

    @hookimpl
    def evaluate(self, architecture, purpose, seed, job):
        if job.continues:
            (job.folder.parent / str(job.continues) / "weights").read_bytes()
        return Toy.evaluate(self, architecture, purpose, seed)


class TooFewChoices(Toy):
    breaks = "test_choices_hold_every_architecture"

    @hookimpl
    def choices(self):
        return (3,) * self.layers


class ListedChoices(Toy):
    breaks = "test_choices_hold_every_architecture"

    @hookimpl
    def choices(self):
        return [self.operations] * self.layers


class TooManyChoices(Toy):
    breaks = "test_every_code_within_the_choices_is_valid"

    @hookimpl
    def choices(self):
        return (5,) * self.layers
