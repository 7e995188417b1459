"""Broken plugins on purpose: each is caught by exactly the law that is meant for it."""

import pytest
from faulty import evaluations, forms, heavy_space, middleware, spaces, strategies
from faulty.strategies import Careful

from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance, Toy, check


def faults(*modules):
    kinds = [kind for module in modules for kind in vars(module).values() if isinstance(kind, type)]
    return [pytest.param(kind, id=kind.__name__) for kind in kinds if "breaks" in vars(kind)]


SPACES = faults(spaces, heavy_space, forms, evaluations)


def broken(base, **attributes):
    return [verdict for verdict in check(type("Checked", (base,), attributes)) if verdict.state == "broken"]


def assert_exactly(verdicts, law):
    assert [(verdict.law, verdict.message) for verdict in verdicts if verdict.law != law] == []
    [caught] = verdicts
    for part in ("expected:", "happened:", "explained: docs/write/laws.md#nasplug.testing."):
        assert part in caught.message


@pytest.mark.parametrize("fault", SPACES)
def test_a_faulty_space_is_caught_by_its_law_alone(fault):
    assert_exactly(broken(SpaceConformance, space=fault, devices=("toyphone",)), fault.breaks)


@pytest.mark.parametrize("fault", faults(strategies))
def test_a_faulty_strategy_is_caught_by_its_law_alone(fault):
    assert_exactly(broken(StrategyConformance, strategy=fault), fault.breaks)


@pytest.mark.parametrize("fault", faults(middleware))
def test_faulty_middleware_is_caught_by_its_law_alone(fault):
    assert_exactly(broken(MiddlewareConformance, middleware=fault), fault.breaks)


def test_every_law_has_a_fault_that_it_catches():
    everything = [*SPACES, *faults(strategies, middleware)]
    assert len(everything) >= 25
    caught = {fault.values[0].breaks for fault in everything}
    laws = {law for base in (SpaceConformance, StrategyConformance, MiddlewareConformance) for law in base.laws()}
    assert laws - caught == set()


class TestToy(SpaceConformance):
    space, devices = Toy, ("toyphone",)


class TestCareful(StrategyConformance):
    strategy = Careful
