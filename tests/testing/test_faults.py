"""Broken plugins on purpose: each is caught by exactly the law that is meant for it."""

import pytest
from faulty import heavy_space, middleware, spaces, strategies
from faulty.strategies import Careful

from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance, Toy, check


def faults(module):
    found = [kind for kind in vars(module).values() if isinstance(kind, type) and "breaks" in vars(kind)]
    return [pytest.param(kind, id=kind.__name__) for kind in found]


def broken(base, **attributes):
    return [verdict for verdict in check(type("Checked", (base,), attributes)) if verdict.state == "broken"]


def assert_exactly(verdicts, law):
    assert [(verdict.law, verdict.message) for verdict in verdicts if verdict.law != law] == []
    [caught] = verdicts
    for part in ("expected:", "happened:", "explained: docs/write/laws.md#nasplug.testing."):
        assert part in caught.message


@pytest.mark.parametrize("fault", [*faults(spaces), *faults(heavy_space)])
def test_a_faulty_space_is_caught_by_its_law_alone(fault):
    assert_exactly(broken(SpaceConformance, space=fault, devices=("toyphone",)), fault.breaks)


@pytest.mark.parametrize("fault", faults(strategies))
def test_a_faulty_strategy_is_caught_by_its_law_alone(fault):
    assert_exactly(broken(StrategyConformance, strategy=fault), fault.breaks)


@pytest.mark.parametrize("fault", faults(middleware))
def test_faulty_middleware_is_caught_by_its_law_alone(fault):
    assert_exactly(broken(MiddlewareConformance, middleware=fault), fault.breaks)


def test_every_law_has_a_fault_that_it_catches():
    everything = [*faults(spaces), *faults(heavy_space), *faults(strategies), *faults(middleware)]
    assert len(everything) >= 25
    caught = {fault.values[0].breaks for fault in everything}
    laws = {law for base in (SpaceConformance, StrategyConformance, MiddlewareConformance) for law in base.laws()}
    assert laws - caught == set()


class TestToy(SpaceConformance):
    space, devices = Toy, ("toyphone",)


class TestCareful(StrategyConformance):
    strategy = Careful
