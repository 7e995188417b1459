"""Plugins that are broken on purpose: each is caught by the law that is about its fault, and by no other."""

import pytest
from faulty import evaluations, forms, heavy_space, measures, middleware, spaces, strategies
from faulty.strategies import Careful

from nasplug.testing import MiddlewareConformance, SpaceConformance, StrategyConformance, Toy, check, toy
from nasplug.testing.contract import PluginConformance
from nasplug.testing.laws import Broken

BASES = {
    SpaceConformance: (spaces, heavy_space, forms, evaluations, measures),
    StrategyConformance: (strategies,),
    MiddlewareConformance: (middleware,),
}
FAULTS = [
    pytest.param(base, plugin, id=f"{base.kind}-{plugin.__name__}")
    for base, modules in BASES.items()
    for module in modules
    for plugin in vars(module).values()
    if isinstance(plugin, type) and "breaks" in vars(plugin)
]


def conformance(base, plugin):
    return type("Checked", (base,), {base.kind: plugin})


@pytest.fixture(autouse=True)
def _short_patience(monkeypatch):
    monkeypatch.setattr(toy, "MAX_CALLS", 20_000)


@pytest.mark.parametrize(("base", "plugin"), FAULTS)
def test_a_faulty_plugin_breaks_the_law_about_its_fault(base, plugin):
    with pytest.raises(Broken) as broken:
        getattr(conformance(base, plugin)(), plugin.breaks)()
    for part in ("expected:", "happened:", "why:", "explained: docs/write/laws.md#nasplug.testing."):
        assert part in str(broken.value)


@pytest.mark.slow
@pytest.mark.parametrize(("base", "plugin"), FAULTS)
def test_a_faulty_plugin_breaks_no_other_law(base, plugin):
    verdicts = [verdict for verdict in check(conformance(base, plugin)) if verdict.state == "broken"]
    assert [(verdict.law, verdict.message) for verdict in verdicts if verdict.law != plugin.breaks] == []
    assert len(verdicts) == 1


def test_every_law_has_a_fault_that_it_catches():
    caught = {(base, plugin.breaks) for base, plugin in (fault.values for fault in FAULTS)}
    assert len(FAULTS) >= 25
    shared = set(PluginConformance.laws())
    assert {(base, law) for base in BASES for law in base.laws() if law not in shared} - caught == set()
    assert shared - {law for _, law in caught} == set()


class TestToy(SpaceConformance):
    space = Toy


class TestCareful(StrategyConformance):
    strategy = Careful
