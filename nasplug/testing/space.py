"""`SpaceConformance`: all laws of a space."""

from functools import cached_property
from xml.etree import ElementTree

from nasplug.loading import options
from nasplug.testing.evaluation_laws import EvaluationLaws
from nasplug.testing.graph_laws import GraphLaws
from nasplug.testing.laws import NotApplicable, law
from nasplug.testing.other_process import canonical_elsewhere, importable
from nasplug.testing.sampling_laws import SamplingLaws
from nasplug.types import Architecture


class SpaceConformance(EvaluationLaws, GraphLaws, SamplingLaws):
    """The laws of a space: `class TestMine(SpaceConformance): space = "mine"`.

    `space` is a name, a class or an instance. `options` are the space's; `devices` those whose latency it tells;
    `epochs` and `evaluations` (how many architectures are really evaluated, 2) keep a space that trains affordable.
    """

    @cached_property
    def _listed(self) -> list[Architecture]:
        return self.everything()

    @law("canonical")
    def test_canonical_is_a_text(self) -> None:
        """canonical returns a text, the same each time.

        It is stored with every trial.
        """
        for architecture in self.drawn():
            self.expect(
                self.canonical(architecture) == self.canonical(architecture), f"{architecture} changes its form"
            )

    @law()
    def test_forms_vary(self) -> None:
        """Samples that vary have more than one canonical form.

        Architectures of one form are one network: a search would end after it.
        """
        drawn = set(self.drawn())
        if len(drawn) == 1:
            raise NotApplicable("the samples do not vary (another law answers for that)")
        forms = {self.canonical(architecture) for architecture in drawn}
        self.expect(len(forms) > 1, f"{len(drawn)} architectures have the form {min(forms)!r}")

    @law()
    def test_canonical_is_the_same_in_another_process(self) -> None:
        """canonical gives the same text in another process.

        Stored forms are compared when a run is resumed. Python's hash() of texts differs from process to process.
        """
        space = self.fresh()
        if not (target := importable(type(space))):
            raise NotApplicable("the class is defined in a place that another process cannot import")
        architectures = self.drawn(10)
        given = {name: getattr(space, name) for name in options.fields(type(space))}
        try:
            there = canonical_elsewhere(target, given, architectures)
        except RuntimeError as error:
            raise NotApplicable(f"the space could not be made in another process: {error}") from error
        here = [self.canonical(architecture) for architecture in architectures]
        self.expect(here == there, f"here {here[:2]}, there {there[:2]}")

    @law("enumerate_space")
    def test_enumeration_is_distinct(self) -> None:
        """enumerate_space gives every network once: all canonical forms differ.

        A predictor that ranks the whole space would choose equal networks next to each other.
        """
        strange = [found for found in self._listed if not isinstance(found, Architecture)]
        self.expect(not strange, f"it gives {strange[:1]}, which is no nasplug.Architecture")
        forms: dict[str, int] = {}
        for number, architecture in enumerate(self._listed):
            known = forms.setdefault(self.canonical(architecture), number)
            self.expect(
                known == number, f"number {known}, {self._listed[known]}, is equal to number {number}, {architecture}"
            )

    @law()
    def test_enumeration_is_complete(self) -> None:
        """Every sample and every mutant is one of the networks that enumerate_space gives.

        What is not enumerated, a predictor never proposes.
        """
        forms = {
            self.canonical(architecture) for architecture in self._listed if isinstance(architecture, Architecture)
        }
        for architecture in [*self.drawn(10 * self.samples), *self.mutants(10 * self.samples)]:
            self.expect(
                self.canonical(architecture) in forms, f"{architecture} is not among the {len(forms)} enumerated"
            )

    @law()
    def test_enumeration_repeats(self) -> None:
        """enumerate_space starts anew at every call, in the same order.

        A resumed run ranks the same architectures.
        """
        self.expect(self._listed == self.everything(), "the second call gave something else")

    @law()
    def test_descriptions_are_one_line(self) -> None:
        """describe returns one line of text.

        It is a line of the closing table of a run.
        """
        self.needs("describe")
        for architecture in self.drawn():
            found = self.ask("describe", architecture=architecture)
            self.expect(
                isinstance(found, str) and found.strip() and "\n" not in found, f"{architecture} gave {found!r}"
            )

    @law()
    def test_drawings_are_svg(self) -> None:
        """draw returns an SVG document.

        Reports embed it as it is.
        """
        self.needs("draw")
        for architecture in self.drawn(5):
            root = _root(self.ask("draw", architecture=architecture))
            self.expect(root == "{http://www.w3.org/2000/svg}svg", f"the picture of {architecture} is {root}")


def _root(document: object) -> str:
    """Returns the tag of the root of an XML document, or in words why there is none."""
    try:
        return str(ElementTree.fromstring(document).tag)  # type: ignore[arg-type]
    except (ElementTree.ParseError, TypeError) as error:
        return f"no XML: {error}"
