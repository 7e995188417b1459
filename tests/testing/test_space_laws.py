"""How the kit calls a space: the same architectures at every call, and wrong answers as faults of their hook."""

import pytest

from nasplug import Unsupported, hookimpl
from nasplug.testing import SpaceConformance, Toy
from nasplug.testing.laws import Fault, NotApplicable


def laws(space, **attributes):
    return type("Checked", (SpaceConformance,), {"space": space, **attributes})()


def test_samples_and_mutants_are_the_same_at_every_call():
    checked = laws(Toy)
    assert checked.sampled(7) == checked.sampled(20)[:7] == checked.sampled()[:7]
    assert checked.mutants(7) == checked.mutants(20)[:7]
    assert len(checked.sampled()) == len(checked.mutants()) == 100
    for parent, mutant in zip(checked.sampled(20), checked.mutants(20), strict=True):
        assert sum(a != b for a, b in zip(parent.code, mutant.code, strict=True)) == 1


@pytest.mark.parametrize(("space", "name"), [("toy", "toy"), ("nasplug.testing:Toy", ""), (Toy, "")])
def test_a_space_is_named_where_its_entry_point_is_given(space, name):
    assert laws(space).name == name


@pytest.mark.parametrize(
    ("answer", "message"),
    [("fast", "gave 'fast', which is not a number"), (ValueError("no"), "raised ValueError: no")],
)
def test_a_latency_is_a_number(answer, message):
    class Odd(Toy):
        @hookimpl
        def measure_latency(self, architecture, device):
            if isinstance(answer, Exception):
                raise answer
            return answer

    checked = laws(Odd)
    with pytest.raises(Fault, match=message) as fault:
        checked.latency(checked.sampled(1)[0], "toyphone")
    assert fault.value.subject == "measure_latency"


def test_an_unknown_device_is_none_or_unsupported():
    class Refuses(Toy):
        @hookimpl
        def measure_latency(self, architecture, device):
            raise Unsupported("not here")

    for space in (Toy, Refuses):
        checked = laws(space)
        assert checked.latency(checked.sampled(1)[0], "abacus") is None


def test_devices_of_a_space_are_those_that_it_lists_itself():
    class Silent(Toy):
        devices = None

    assert laws(Toy).listed_devices() == ["toyphone"]
    assert laws(Silent).listed_devices() == []


@pytest.mark.parametrize(("enumerated", "applies"), [(39, False), (40, True)])
def test_a_space_is_enumerated_up_to_a_number_of_architectures(enumerated, applies):
    checked = laws(Toy(layers=3), enumerated=enumerated)
    if applies:
        assert len(checked.enumerated_space()) == 40
    else:
        with pytest.raises(NotApplicable, match="more than 39 architectures"):
            checked.enumerated_space()


def test_a_space_that_says_it_is_too_large_is_not_enumerated():
    class Large(Toy):
        @hookimpl
        def enumerate_space(self):
            return None

    with pytest.raises(NotApplicable, match="says it is too large"):
        laws(Large).enumerated_space()
