"""Laws of what a space knows without evaluating: its objective, the measures of an architecture, its choices."""

from collections import defaultdict

import numpy as np

from nasplug.engine.measures import measured
from nasplug.testing.laws import Fault, NotApplicable, law, report_errors, report_here
from nasplug.testing.space_laws import SpaceLaws
from nasplug.types import Architecture


class MeasurementLaws(SpaceLaws):
    """Laws of `objective`, `measure` and `choices`."""

    def measure(self, architecture: Architecture) -> dict[str, float]:
        """Returns the measures of an architecture. Anything but finite numbers by name is a fault of `measure`."""
        with report_errors("measure", f"measure({architecture})"):
            return measured(self.hook, architecture)

    @law("measure")
    def test_measures_are_finite_numbers(self) -> None:
        """measure returns None, or a dict of finite numbers with the same names for every architecture.

        A run compares them with its limits before it pays.
        """
        self.requires("measure")
        names = {tuple(sorted(self.measure(architecture))) for architecture in [*self.sampled(), *self.mutants()]}
        self.expect(len(names) == 1, f"the names are {' or '.join(map(str, sorted(names)))}")

    @law()
    def test_measures_repeat(self) -> None:
        """measure returns the same numbers for the same architecture, also in another instance of the space.

        A resumed run must refuse the same architectures.
        """
        self.requires("measure")
        other = type(self)()
        for architecture in self.sampled():
            one, two = self.measure(architecture), other.measure(architecture)
            self.expect(one == two, f"{architecture} gave {one}, then {two}")

    @law()
    def test_equal_networks_have_equal_measures(self) -> None:
        """Architectures of one canonical form have the same measures.

        They are one network, and only the first of them is evaluated.
        """
        self.requires("measure")
        by_form: dict[str, list[Architecture]] = defaultdict(list)
        for architecture in dict.fromkeys([*self.sampled(5 * self.samples), *self.mutants(5 * self.samples)]):
            by_form[self.canonical(architecture)].append(architecture)
        equal = [architectures for architectures in by_form.values() if len(architectures) > 1]
        if not equal or len(by_form) == 1:
            raise NotApplicable("no network, or every one, has the same form as another")
        for first, *others in equal:
            for other in others:
                one, two = self.measure(first), self.measure(other)
                self.expect(one == two, f"{first} gave {one}, and {other}, the same network, {two}")

    @law("objective")
    def test_an_objective_has_a_name_and_bounds(self) -> None:
        """objective returns None, or a nasplug.Objective with a name and low < high, the same in every instance.

        It labels every accuracy of the space.
        """
        self.requires("objective")
        one, two = self.objective(), type(self)().objective()
        self.expect(one == two, f"it returned {one}, then {two}")

    @law("choices")
    def test_choices_hold_every_architecture(self) -> None:
        """choices returns None, or how many values each place of a code has, from 0 on; every architecture is inside.

        A strategy that sets the places one by one would never meet the others.
        """
        choices = self.choices()
        for architecture in [*self.sampled(), *self.mutants()]:
            code = architecture.code
            inside = len(code) == len(choices) and all(0 <= value < n for value, n in zip(code, choices, strict=True))
            self.expect(inside, f"{architecture} is outside of {choices}")

    @law()
    def test_every_code_within_the_choices_is_valid(self) -> None:
        """Every hook that takes an architecture accepts random codes within choices.

        Where some combinations are invalid, codes are no product: return None.
        """
        choices, rng = self.choices(), np.random.default_rng(6)
        for architecture in self.sampled():
            self._show_to_hooks(architecture)  # what is wrong with samples, too, another law reports
        space = self.sampled(1)[0].space
        for code in rng.integers(choices, size=(self.samples, len(choices))).tolist():
            with report_here(f"a code within {choices}"):
                self._show_to_hooks(Architecture(space, code))

    def _show_to_hooks(self, architecture: Architecture) -> None:
        """Calls hooks that take an architecture; one that does not accept it is at fault."""
        self.mutate(architecture, np.random.default_rng(7))
        for hook in ["canonical", *self.implemented().keys() & {"describe", "measure"}]:
            self.call(hook, architecture=architecture)

    def choices(self) -> tuple[int, ...]:
        """Returns the answer of `choices`; one of another form is a fault of it. No law applies to None."""
        self.requires("choices")
        answer = self.call("choices")
        if answer is None:
            raise NotApplicable("it returns None: codes are no product")
        if not isinstance(answer, tuple) or not answer or not all(type(n) is int and n > 0 for n in answer):
            raise Fault("choices", f"it returned {answer!r}, which is no tuple of whole numbers above 0")
        return answer
