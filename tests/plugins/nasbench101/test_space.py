"""The plugin through its hooks."""

import sys
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from nasplug_nasbench101.cell import Cell
from nasplug_nasbench101.space import NASBench101
from nasplug_nasbench101.table.table import Table
from nasplug_strategies.neural.strategy import NeuralPredictorSearch

import nasplug
from nasplug import Architecture
from nasplug.errors import ConfigurationError, InvalidArchitecture

DIRECT = Architecture("nasbench101", (0, 0, 0, 0, 0, 1) + (0,) * 20)  # input → output, nothing else


def test_canonical_ignores_what_pruning_removes() -> None:
    space = NASBench101()
    dangling = Architecture("nasbench101", (1, 0, 0, 0, 0, 1) + (0,) * 15 + (2, 1, 0, 0, 0))
    assert space.canonical(dangling) == space.canonical(DIRECT)


def test_enumeration_starts_with_the_smallest_cell_and_has_all() -> None:
    space = NASBench101().enumerate_space()
    assert next(space) == DIRECT
    assert sum(1 for _ in space) == 423_623


def test_describe_names_operations_and_edges() -> None:
    assert NASBench101().describe(DIRECT) == "2 vertices (0 input, 1 output), 1 edges 0→1"


def test_draw_fades_what_pruning_removes() -> None:
    picture = ElementTree.fromstring(NASBench101().draw(DIRECT))
    vertices = [g for g in picture.iter("{http://www.w3.org/2000/svg}g") if g.get("class") == "vertex"]
    assert [g.find("{http://www.w3.org/2000/svg}text").text for g in vertices] == [  # type: ignore[union-attr]
        "input",
        *["conv3x3-bn-relu"] * 5,
        "output",
    ]
    assert [g.get("opacity") for g in vertices] == [None, *["0.25"] * 5, None]
    edges = [p for p in picture.iter("{http://www.w3.org/2000/svg}path") if p.get("class") == "edge"]
    assert [e.get("opacity") for e in edges] == [None]


@pytest.mark.parametrize(
    ("architecture", "message"),
    [
        (Architecture("proxyless", DIRECT.code), "Expected an architecture of nasbench101"),
        (Architecture("nasbench101", (0,) * 26), "a path must lead from"),
        (Architecture("nasbench101", (1,) * 21 + (0,) * 5), "at most 9 edges"),
        (Architecture("nasbench101", (0, 1)), "21 edge bits"),
    ],
)
def test_what_is_no_architecture_is_refused_by_every_hook(architecture: Architecture, message: str) -> None:
    space = NASBench101()
    calls = [space.canonical, space.describe, space.draw, space.measure, space.build_network]
    for call in calls:
        with pytest.raises(InvalidArchitecture, match=message):
            call(architecture)
    with pytest.raises(InvalidArchitecture, match=message):
        space.mutate(architecture, np.random.default_rng(0))
    with pytest.raises(InvalidArchitecture, match=message):
        space.evaluate(architecture, "search", None, 0)


def test_options_are_checked() -> None:
    with pytest.raises(nasplug.errors.OptionError, match="edge_probability"):
        nasplug.space("nasbench101", edge_probability="1.5")


def test_a_source_of_accuracies_says_what_it_is(without_table: None, caplog: pytest.LogCaptureFixture) -> None:
    nasplug.space("nasbench101", evaluator="train").on_start(run=None)
    assert "scaled down, on the embedded task" in caplog.messages[0]
    nasplug.space("nasbench101").on_start(run=None)
    assert "predicted validation accuracy, not test accuracy" in caplog.messages[1]


@pytest.mark.parametrize(("evaluator", "stages", "budget"), [("surrogate", 2, 260), ("train", 1, 24)])
def test_the_paper_has_the_size_of_table_1_by_how_many_are_learned_from(
    evaluator: str, stages: int, budget: int
) -> None:
    advice = nasplug.space("nasbench101", evaluator=evaluator).recommend(strategy="neural_predictor")
    settings = NeuralPredictorSearch(preset="paper", paper=advice["paper"]).predictor_options()
    assert "size" not in settings
    assert (settings["stages"], advice["budget"]) == (stages, budget)


def test_nothing_is_recommended_to_a_strategy_that_is_not_known() -> None:
    assert NASBench101("surrogate").recommend("strange") is None


def test_measures_are_the_published_parameters_without_a_table(
    without_table: None, real_rows: dict[str, np.ndarray], real_cells: list[Cell]
) -> None:
    space = nasplug.space("nasbench101")
    measured = [space.measure(architecture=Architecture("nasbench101", cell.code)) for cell in real_cells[:500]]
    assert measured == [{"parameters": count} for count in real_rows["trainable_parameters"][:500].tolist()]


def test_measures_are_the_parameters_of_the_network_that_is_trained() -> None:
    space = nasplug.space("nasbench101", evaluator="train", channels=10, stacks=2)
    rng = np.random.default_rng(0)
    for cell in [space.sample(rng=rng) for _ in range(4)]:
        network = space.build_network(architecture=cell)
        parameters = sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)
        assert space.measure(architecture=cell) == {"parameters": parameters}


def test_fidelities_are_the_epochs_that_can_be_looked_up(without_table: None, table: Table) -> None:
    assert nasplug.space("nasbench101").fidelities() == ((4, 12, 36, 108), False)
    assert nasplug.space("nasbench101", table=table.path).fidelities() == ((4, 108), False)
    assert nasplug.space("nasbench101", evaluator="train").fidelities() is None


def test_the_device_is_the_host_alone() -> None:
    assert list(NASBench101().devices()) == ["host"]
    assert NASBench101().measure_latency(DIRECT, "pixel1") is None


def test_without_litert_the_message_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(ConfigurationError, match="pip install ai-edge-litert"):
        NASBench101().measure_latency(DIRECT, "host")


@pytest.mark.slow
def test_more_convolutions_take_longer() -> None:
    chain = Architecture("nasbench101", Cell(np.eye(5, k=1, dtype=int), [0, 0, 0]).code)
    space = NASBench101()
    assert 0 < space.measure_latency(DIRECT, "host") < space.measure_latency(chain, "host")


def test_mutation_has_the_probabilities_of_the_options() -> None:
    space = NASBench101(edge_probability=1e-9, op_probability=0.5)
    rng = np.random.default_rng(0)
    children = [space.mutate(DIRECT, rng).code for _ in range(20)]
    assert {code[:21] for code in children} == {DIRECT.code[:21]}
    assert len({code[21:] for code in children}) > 10


def test_the_option_epochs_counts_where_a_run_does_not_say(without_table: None) -> None:
    space = NASBench101(epochs=4)
    assert space.evaluate(DIRECT, "final", None, 0).metrics["epochs"] == 4
    assert space.evaluate(DIRECT, "final", 36, 0).metrics["epochs"] == 36


def test_a_network_has_the_size_of_the_options() -> None:
    network = NASBench101("train", channels=8, stacks=2, modules=3).build_network(DIRECT)
    assert [len(stack) for stack in network.stacks] == [3, 3]
    assert [stack[-1].channels[-1] for stack in network.stacks] == [8, 16]
