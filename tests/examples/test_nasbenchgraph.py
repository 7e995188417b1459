"""NAS-Bench-Graph as a foreign space: the authors' figures in our units, and equal networks told by their hash."""

import io
import pickle
from itertools import product

import numpy as np
import pytest
from nas_bench_graph import Arch, gnn_list, light_read, link_list
from nasplug_nasbenchgraph import NAME, NASBenchGraph, TableReader

import nasplug
from nasplug import Architecture, Objective
from nasplug.errors import ConfigurationError, InvalidArchitecture
from nasplug.testing import SpaceConformance

SPACE = NASBenchGraph()
DATASETS = ("cora", "citeseer", "pubmed", "cs", "physics", "photo", "computers", "arxiv", "proteins")


class TestLaws(SpaceConformance):
    space, devices = NASBenchGraph, ("gpu",)


class TestLawsOnProteins(SpaceConformance):
    space, devices = NASBenchGraph, ("gpu",)
    options = {"dataset": "proteins"}


def shape(inputs, operations, node=0):
    """Returns the cell as a tree in which the order of branches does not count: equal for isomorphic cells alone."""
    branches = sorted(shape(inputs, operations, child + 1) for child, source in enumerate(inputs) if source == node)
    return (operations[node - 1] if node else "", tuple(branches))


@pytest.mark.parametrize(("dataset", "count"), [("cora", 26206), ("proteins", 2021)])
def test_every_network_is_enumerated_once(dataset, count):
    space = NASBenchGraph(dataset)
    forms = [space.canonical(architecture=architecture) for architecture in space.enumerate_space()]
    assert len(forms) == len(set(forms)) == count


@pytest.mark.parametrize("dataset", DATASETS)
def test_networks_have_percent_milliseconds_and_parameters(dataset):
    space = NASBenchGraph(dataset)
    rng = np.random.default_rng(0)
    for architecture in [space.sample(rng=rng) for _ in range(50)]:
        search = space.evaluate(architecture=architecture, purpose="search", epochs=None, seed=0)
        assert 5.0 < search.accuracy < 95.0
        assert 1e4 < search.metrics["parameters"] < 1e7
        assert 0.3 < space.measure_latency(architecture=architecture, device="gpu") < 600.0


def test_a_record_is_that_of_the_packages_own_reader():
    theirs = light_read("cora")[Arch([0, 1, 2, 1], ["gcn", "gin", "fc", "cheb"]).valid_hash()]
    ours = Architecture(NAME, (link_list.index([0, 1, 1, 2]), *map(gnn_list.index, ("gcn", "gin", "cheb", "fc"))))
    search, final = (
        SPACE.evaluate(architecture=ours, purpose=purpose, epochs=None, seed=0) for purpose in ("search", "final")
    )
    assert search.accuracy == pytest.approx(100 * theirs["valid_perf"])
    assert final.accuracy == pytest.approx(100 * theirs["perf"])
    assert SPACE.measure_latency(architecture=ours, device="gpu") == pytest.approx(1000 * theirs["latency"])
    assert search.metrics == {"parameters": round(1e6 * theirs["para"])}
    assert (search.source, search.cost) == ("table", 0.0)


def test_a_limit_on_the_parameters_is_kept_before_an_evaluation():
    result = nasplug.search("nasbenchgraph", "random", budget=20, limits=["parameters<=1e6"])
    states = {trial.state: trial for trial in result.trials}
    assert set(states) == {"complete", "infeasible"}
    assert states["infeasible"].evaluation is None
    assert result.best.metrics["parameters"] <= 1e6


def test_proteins_is_measured_by_the_area_under_the_curve():
    assert NASBenchGraph("proteins").objective() == Objective("roc_auc", "%", "max", 0.0, 100.0)
    assert SPACE.objective() is None


SKIP = gnn_list.index("skip")
SOME, ALL = (0, 1, SKIP), range(9)  # operations


@pytest.mark.parametrize(("operations", "count"), [(SOME, None), pytest.param(ALL, 26206, marks=pytest.mark.slow)])
def test_isomorphic_cells_are_equal_networks(operations, count):
    forms = {}
    for topology, *ops in product(range(9), *[operations] * 4):
        if set(ops) != {SKIP}:
            cell = shape(link_list[topology], [gnn_list[op] for op in ops])
            forms.setdefault(cell, set()).add(SPACE.canonical(architecture=Architecture(NAME, (topology, *ops))))
    assert len(forms) > 100
    assert {len(hashes) for hashes in forms.values()} == {1}
    assert count in (None, len(set().union(*forms.values())))


def test_the_device_is_the_authors_gpu_alone():
    architecture = Architecture(NAME, (4, 0, 1, 2, 3))
    assert list(SPACE.devices()) == ["gpu"]
    assert SPACE.measure_latency(architecture=architecture, device="cpu") is None


def test_equal_networks_have_equal_graphs():
    one, other = (Architecture(NAME, code) for code in ((0, 1, 2, 3, 4), (0, 4, 2, 1, 3)))
    left, right = (SPACE.encode_graph(architectures=[a]) for a in (one, other))
    assert left.x.equal(right.x)
    assert left.edge_index.equal(right.edge_index)


def test_a_mutant_is_another_network_one_change_away():
    rng = np.random.default_rng(0)
    for dataset in ("cora", "proteins"):
        space = NASBenchGraph(dataset)
        for _ in range(50):
            parent = space.sample(rng=rng)
            child = space.mutate(architecture=parent, rng=rng)
            assert sum(a != b for a, b in zip(parent.code, child.code, strict=True)) == 1
            assert space.canonical(architecture=parent) != space.canonical(architecture=child)


def test_a_table_that_runs_code_is_not_read():
    with pytest.raises(pickle.UnpicklingError, match="does not need builtins.print"):
        TableReader(io.BytesIO(pickle.dumps(print))).load()


@pytest.mark.parametrize(
    "text", ["nasbenchgraph:0,8,8,8,8", "nasbenchgraph:9,0,0,0,0", "nasbenchgraph:0,0", "toy:0,1,1,1,1"]
)
def test_what_is_no_network_is_refused(text):
    with pytest.raises(InvalidArchitecture, match="nasbenchgraph|in no table of cora"):
        SPACE.canonical(architecture=Architecture.parse(text))


def test_other_epochs_end_the_run():
    with pytest.raises(ConfigurationError, match="leave out --epochs"):
        nasplug.search("nasbenchgraph", "random", budget=1, epochs=5)


def test_a_picture_and_a_line_show_every_operation():
    architecture = Architecture(NAME, (4, 0, 1, 2, 3))
    assert SPACE.describe(architecture=architecture) == "0→1 gat, 0→2 gcn, 1→3 gin, 3→4 cheb"
    svg = SPACE.draw(architecture=architecture)
    assert [svg.count(f">{name}<") for name in ("input", "gat", "gcn", "gin", "cheb", "output")] == [1] * 6


@pytest.mark.parametrize(
    "strategy",
    ["random", "regularized_evolution", "local_search", pytest.param("neural_predictor", marks=pytest.mark.slow)],
)
def test_a_search_finds_a_good_network(strategy):
    options = {"n": 60, "refit": 0} if strategy == "neural_predictor" else {}
    result = nasplug.search("nasbenchgraph", strategy, budget=100, device="gpu", strategy_options=options)
    assert result.best.validation > 80.0
    assert result.best.test > 75.0
    assert result.best.latency < 10.0
