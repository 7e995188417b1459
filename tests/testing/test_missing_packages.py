"""A package that the kit itself lacks is no fault of the plugin: the law is not checked, with the reason."""

import sys

import pytest

from nasplug import hookimpl
from nasplug.testing import SpaceConformance, StrategyConformance, Toy, check
from nasplug.testing.graph_laws import GraphLaws

OF_GRAPHS = type("OfGraphs", (GraphLaws,), {"space": Toy, "options": {"layers": 3}, "samples": 10})


class Bare(Toy):
    encode_graph = None


class Predicting:
    """A strategy that looks at graphs."""

    @hookimpl
    def suggest(self, run, count):
        architectures = [run.hook.sample(rng=run.rng) for _ in range(count)]
        run.hook.encode_graph(architectures=architectures)
        return architectures


def verdicts(conformance, *laws):
    one_law = [verdict for verdict in check(conformance) if verdict.law in laws] if laws else check(conformance)
    return {verdict.law: verdict for verdict in one_law}


@pytest.mark.parametrize(
    ("package", "install"),
    [
        ("torch", "pip install torch torch-geometric"),
        ("torch_geometric", "pip install torch torch-geometric"),
        ("networkx", "pip install 'nasplug[testing]'"),
    ],
)
def test_laws_for_which_the_kit_lacks_a_package_are_not_checked(monkeypatch, package, install):
    monkeypatch.setitem(sys.modules, package, None)
    of_graphs = verdicts(OF_GRAPHS, *vars(GraphLaws)).values()
    assert {verdict.state for verdict in of_graphs} <= {"kept", "not checked", "not applicable"}
    told = {verdict.message for verdict in of_graphs if verdict.state == "not checked"}
    assert told == {f"The kit's laws of graphs need {package}, which is not installed: {install}."}


def test_a_law_that_does_not_apply_needs_no_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "networkx", None)
    bare = type("OfGraphs", (GraphLaws,), {"space": Bare})
    law = "test_isomorphic_graphs_are_equal_networks"
    assert verdicts(bare, law)[law].state == "not applicable"


def test_a_strategy_is_not_blamed_for_the_graphs_of_the_kits_own_space(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)
    checked = verdicts(type("Checked", (StrategyConformance,), {"strategy": Predicting, "budget": 3, "seeds": 1}))
    assert [verdict for verdict in checked.values() if verdict.state == "broken"] == []
    assert checked["test_searches"].state == "not checked"
    assert "pip install torch torch-geometric" in checked["test_searches"].message


def test_a_package_that_the_plugin_itself_lacks_is_its_own_fault(monkeypatch):
    class Lacks(Toy):
        @hookimpl
        def encode_graph(self):
            import no_such_package  # noqa: F401

    law = "test_graphs_have_the_format_of_the_hook"
    checked = type("Checked", (SpaceConformance,), {"space": Lacks, "samples": 5})
    assert "No module named 'no_such_package'" in verdicts(checked, law)[law].message
