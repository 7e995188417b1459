"""What the kit says of a law: kept, broken or not tried; a plugin that makes a law itself stumble ends none."""

import pydoc
import re
from itertools import islice

import pytest

from nasplug import hookimpl
from nasplug.errors import OptionError
from nasplug.testing import SpaceConformance, Toy, check
from nasplug.testing.laws import Broken, Laws, NotApplicable, law


def conformance(**attributes):
    return type("Checked", (SpaceConformance,), attributes)()


def verdicts(**attributes):
    return {verdict.law: verdict for verdict in check(type(conformance(**attributes)))}


class Windowed(Toy):
    @hookimpl
    def sample_within(self, device, low, high, count, rng):
        drawn = (Toy.sample(self, rng) for _ in range(10_000))
        return list(islice((one for one in drawn if low <= self.measure_latency(one, device) <= high), count))


@pytest.mark.parametrize(
    ("devices", "why"), [((), "class attribute devices"), (("abacus",), "0 of 20 samples have a latency on 'abacus'")]
)
def test_a_window_that_was_not_tried_is_no_kept_law(devices, why):
    with pytest.raises(NotApplicable, match=why):
        conformance(space=Windowed, devices=devices).test_samples_lie_within_a_window()


def test_a_window_is_tried_on_a_device():
    assert verdicts(space=Windowed, devices=("toyphone",))["test_samples_lie_within_a_window"].state == "kept"


def test_a_law_that_stumbles_over_an_answer_is_broken():
    class Stumbles(Laws):
        @law()
        def test_division(self):
            """Nothing is divided by zero.

            The quotient is not defined.
            """
            return 1 / 0

    with pytest.raises(Broken, match="happened:  ZeroDivisionError: division by zero"):
        Stumbles().test_division()


def test_a_class_that_wants_more_than_options_is_told_by_one_law():
    class Wants(Toy):
        def __init__(self, table):
            self.table = table

    states = {name: verdict.state for name, verdict in verdicts(space=Wants).items()}
    assert states.pop("test_instances_can_be_made") == "broken"
    assert set(states.values()) == {"not applicable"}


def test_a_wrong_option_is_the_mistake_of_who_asks():
    with pytest.raises(OptionError, match="has no option 'size'"):
        verdicts(space=Toy, options={"size": 3})


def test_exemptions_are_a_dict():
    class Vague(Toy):
        conformance_exempt = ("test_mutants_differ",)

    with pytest.raises(Broken, match="no dict of law and reason"):
        conformance(space=Vague).test_exemptions_name_laws()


def test_an_explanation_can_be_read_without_the_docs():
    class Same(Toy):
        @hookimpl
        def mutate(self, architecture, rng):
            return architecture

    with pytest.raises(Broken) as told:
        conformance(space=Same).test_mutants_differ()
    name = re.search(r"python -m pydoc (\S+)", str(told.value))[1]
    assert "A mutant never has its parent's own code." in pydoc.render_doc(name, renderer=pydoc.plaintext)
