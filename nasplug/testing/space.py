"""`SpaceConformance`: all laws of a space."""

from xml.etree import ElementTree

from nasplug.testing.evaluation_laws import EvaluationLaws
from nasplug.testing.fidelity_laws import FidelityLaws
from nasplug.testing.graph_laws import GraphLaws
from nasplug.testing.laws import NotApplicable, law
from nasplug.testing.measurement_laws import MeasurementLaws
from nasplug.testing.other_process import canonical_forms
from nasplug.testing.sampling_laws import SamplingLaws
from nasplug.types import Architecture


class SpaceConformance(MeasurementLaws, FidelityLaws, EvaluationLaws, GraphLaws, SamplingLaws):
    """The laws of a space: `class TestMine(SpaceConformance): space = "mine"`.

    `space` is a name, a class or an instance; `options` are the space's options. `devices` are those whose latency is
    tested, by default those that the hook `devices` lists. Where evaluations are trainings, set `evaluations` (how many
    architectures are evaluated, 2) and `epochs`. A space with more than `enumerated` architectures is not enumerated.
    """

    @law("canonical")
    def test_canonical_is_a_text(self) -> None:
        """canonical returns a text, the same at each call.

        It is stored with every trial.
        """
        for architecture in self.sampled():
            one, two = self.canonical(architecture), self.canonical(architecture)
            self.expect(one == two, f"{architecture} gave {one!r}, then {two!r}")

    @law()
    def test_forms_vary(self) -> None:
        """Samples that differ do not all have the same canonical form.

        Architectures of one form are one network: the search would end after one trial.
        """
        architectures = set(self.sampled())
        if len(architectures) == 1:
            raise NotApplicable("the samples do not vary (another law reports this)")
        forms = {self.canonical(architecture) for architecture in architectures}
        self.expect(len(forms) > 1, f"{len(architectures)} architectures have the form {min(forms)!r}")

    @law()
    def test_canonical_is_the_same_in_another_process(self) -> None:
        """canonical returns the same text in another process.

        A resumed run compares stored forms. Python's hash() of a text differs from process to process.
        """
        architectures = self.sampled(10)
        here = [self.canonical(architecture) for architecture in architectures]
        there = canonical_forms(self.new_plugin(), architectures)
        self.expect(here == there, f"here {here[:2]}, there {there[:2]}")

    @law("enumerate_space")
    def test_enumeration_is_distinct(self) -> None:
        """enumerate_space yields every network once: all canonical forms differ.

        A predictor that ranks the whole space would choose one network several times.
        """
        architectures = self.enumerated_space()
        foreign = [item for item in architectures if not isinstance(item, Architecture)]
        self.expect(not foreign, f"it yields {foreign[:1]}, which is not a nasplug.Architecture")
        seen: dict[str, Architecture] = {}
        for architecture in architectures:
            form = self.canonical(architecture)
            self.expect(form not in seen, f"it yields {seen.get(form)}, later {architecture}: both are {form!r}")
            seen[form] = architecture

    @law()
    def test_enumeration_is_complete(self) -> None:
        """Every sample and every mutant is among the networks of enumerate_space.

        A predictor can only propose what is enumerated.
        """
        forms = {self.canonical(item) for item in self.enumerated_space() if isinstance(item, Architecture)}
        for architecture in [*self.sampled(10 * self.samples), *self.mutants(10 * self.samples)]:
            known = self.canonical(architecture) in forms
            self.expect(known, f"{architecture} is not among the {len(forms)} that are enumerated")

    @law()
    def test_enumeration_repeats(self) -> None:
        """enumerate_space starts from the beginning at every call, in the same order.

        A resumed run must rank the same architectures.
        """
        self.expect(self.enumerated_space() == self.enumerated_space(), "the second call gave something else")

    @law()
    def test_descriptions_are_one_line(self) -> None:
        """describe returns one line of text.

        It becomes a cell of the tables that a run prints.
        """
        self.requires("describe")
        for architecture in self.sampled():
            text = self.call("describe", architecture=architecture)
            one_line = isinstance(text, str) and text.strip() and "\n" not in text
            self.expect(one_line, f"{architecture} gave {text!r}")

    @law()
    def test_drawings_are_svg(self) -> None:
        """draw returns an SVG document, whose root has the namespace of SVG.

        Reports embed it unchanged.
        """
        self.requires("draw")
        for architecture in self.sampled(5):
            root = ElementTree.fromstring(self.call("draw", architecture=architecture)).tag
            self.expect(root == "{http://www.w3.org/2000/svg}svg", f"the picture of {architecture} is a {root}")
