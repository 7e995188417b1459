"""The laws of the space's hooks."""

import json

import numpy as np
import pytest
from distributions import announce
from hypothesis import given
from hypothesis import strategies as st
from nasplug_proxyless.operations import CHOICES, MOBILE, check
from nasplug_proxyless.space import Proxyless

import nasplug
from nasplug import Architecture, Unsupported
from nasplug.errors import ConfigurationError, InvalidArchitecture, OptionError
from nasplug.loading.options import make

SPACE = Proxyless()
ARCHITECTURE = Architecture("proxyless", MOBILE)
THIN = Architecture("proxyless", (0, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0, 6, 6, 6, 0))
seeds = st.integers(0, 2**32)


@given(seed=seeds)
def test_samples_are_valid_and_follow_the_generator(seed):
    first, second = (SPACE.sample(rng=np.random.default_rng(seed)) for _ in range(2))
    check(first.code)
    assert first == second


def test_samples_are_uniform_in_every_layer():
    rng = np.random.default_rng(0)
    codes = np.array([SPACE.sample(rng=rng).code for _ in range(7000)])
    for layer, choices in enumerate(CHOICES):
        counts = np.bincount(codes[:, layer], minlength=choices)
        assert len(counts) == choices
        assert np.abs(counts - 7000 / choices).max() < 5 * np.sqrt(7000 / choices)


@given(seed=seeds, chance=st.floats(0, 1))
def test_mutants_are_valid_and_differ_in_a_layer_or_more(seed, chance):
    rng = np.random.default_rng(seed)
    parent = SPACE.sample(rng=rng)
    child = Proxyless(mutation_probability=chance).mutate(architecture=parent, rng=rng)
    check(child.code)
    changed = sum(a != b for a, b in zip(parent.code, child.code, strict=True))
    assert changed == 1 if chance == 0 else changed == 22 if chance == 1 else 1 <= changed <= 22


@pytest.mark.parametrize("chance", [0.0, 0.1, 0.5])
def test_mutations_change_layers_at_the_rate_of_the_option_and_all_alike(chance):
    space, rng, trials = Proxyless(mutation_probability=chance), np.random.default_rng(0), 3000
    mutants = np.array([space.mutate(architecture=ARCHITECTURE, rng=rng).code for _ in range(trials)])
    changed = mutants != np.array(MOBILE)  # [trials, 22]
    expected = (1 + 21 * chance) / 22  # one layer always, each other with the chance
    assert changed.sum(1).min() >= 1
    np.testing.assert_allclose(changed.mean(0), expected, atol=5 * np.sqrt(expected * (1 - expected) / trials))
    for layer, choices in enumerate(CHOICES):
        others = np.bincount(mutants[changed[:, layer], layer], minlength=choices)
        assert (others > 0).sum() == choices - 1  # every other operation, never the parent's


def test_size_and_bounds_are_those_of_the_space():
    assert SPACE.size == 3 * 6**6 * 7**15 == 664_506_689_423_701_824
    assert SPACE.choices() == (3, 6, 7, 7, 7, 6, 7, 7, 7, 6, 7, 7, 7, 6, 7, 7, 7, 6, 7, 7, 7, 6)


def test_the_place_of_a_zero_within_its_block_does_not_change_the_network():
    moved = Architecture("proxyless", (0, 1, 6, 0, 6, *MOBILE[5:]))
    other = Architecture("proxyless", (0, 1, 6, 1, 6, *MOBILE[5:]))
    assert SPACE.canonical(architecture=moved) == SPACE.canonical(architecture=ARCHITECTURE)
    assert SPACE.canonical(architecture=other) != SPACE.canonical(architecture=ARCHITECTURE)


def test_the_graph_is_a_chain_of_one_hot_operations():
    graph = SPACE.encode_graph(architectures=[ARCHITECTURE])
    assert graph.x.argmax(1).tolist() == list(MOBILE)
    assert graph.x.sum(1).tolist() == [1.0] * 22
    assert graph.edge_index.tolist() == [list(range(21)), list(range(1, 22))]


def test_several_graphs_are_one_batch_of_chains():
    other = Architecture("proxyless", (0,) * 22)
    batch = SPACE.encode_graph(architectures=[ARCHITECTURE, other])
    assert (batch.num_graphs, batch.x.shape, batch.batch.tolist()) == (2, (44, 7), [0] * 22 + [1] * 22)
    edges = [*range(21), *range(22, 43)]
    assert batch.edge_index.tolist() == [edges, [node + 1 for node in edges]]
    for graph, architecture in zip(batch.to_data_list(), (ARCHITECTURE, other), strict=True):
        assert graph.x.argmax(1).tolist() == list(architecture.code)
        assert graph.edge_index.tolist() == [list(range(21)), list(range(1, 22))]


def test_the_published_networks_are_the_papers_with_times_that_the_model_agrees_with():
    networks = SPACE.published()["table2"]
    assert [network.latency for network in networks] == [75.05, 75.10, 75.36, 75.76, 76.10, 78.23, 80.42, 82.44, 84.95]
    assert [network.accuracy for network in networks] == [73.76, 74.07, 73.86, 74.16, 74.35, 74.70, 74.61, 74.70, 74.75]
    assert {network.device for network in networks} == {"pixel1"}
    for network in networks:
        milliseconds = SPACE.measure_latency(architecture=network.architecture, device="pixel1")
        assert milliseconds == pytest.approx(network.latency, abs=0.03)


def test_features_are_millions_of_parameters_and_multiply_adds():
    paper = Proxyless(task="imagenet").features(architectures=[ARCHITECTURE])
    assert paper.dtype == np.float32
    np.testing.assert_allclose(paper, [[4.080512, 320.427584]], rtol=1e-6)
    assert (SPACE.features(architectures=[ARCHITECTURE]) < paper).all()


def test_measures_are_the_parameters_and_multiply_adds_of_the_network_that_is_trained():
    paper = Proxyless(task="imagenet").measure(architecture=ARCHITECTURE)
    assert paper == {"parameters": 4_080_512.0, "multiply_adds": 320_427_584.0}
    space = Proxyless(width=0.1, resolution=24)
    network = space.build_network(architecture=THIN)
    variables = sum(int(np.prod(variable.shape)) for variable in network.trainable_variables)
    assert space.measure(architecture=THIN)["parameters"] == variables


def test_equal_networks_have_equal_measures():
    moved = Architecture("proxyless", (0, 1, 6, 0, 6, *MOBILE[5:]))
    assert moved.code != ARCHITECTURE.code
    assert SPACE.measure(architecture=moved) == SPACE.measure(architecture=ARCHITECTURE)


def test_latency_is_known_for_pixel1_and_not_for_a_toaster():
    assert SPACE.measure_latency(architecture=ARCHITECTURE, device="pixel1") == pytest.approx(84.42, abs=0.005)
    assert SPACE.measure_latency(architecture=ARCHITECTURE, device="toaster") is None


def test_its_devices_are_pixel1_host_and_the_latency_tables_of_the_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert SPACE.devices() == ["pixel1", "host"]
    table = json.dumps({"bias_ms": 2.0, "coefficients_ms": [[1.0] * choices for choices in CHOICES]})
    for name, text in {"mine.json": table, "b.json": table, "c.txt": table, "d.json": "{}", "e.json": "no"}.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "large.json").write_text(table + " " * 100_000)
    assert SPACE.devices() == ["pixel1", "host", "b.json", "mine.json"]
    assert SPACE.measure_latency(architecture=ARCHITECTURE, device="mine.json") == 24.0


@pytest.fixture
def _variables_device(tmp_path, monkeypatch):
    """A distribution on the path that announces a device plugin."""
    announce(tmp_path, "variables-for-nasplug", "nasplug.devices", "variables", "variables_device:Variables")
    monkeypatch.syspath_prepend(str(tmp_path))


@pytest.mark.usefixtures("_variables_device")
@pytest.mark.parametrize(("name", "options"), [("proxyless", {"width": 0.1}), ("nasbench101", {"channels": 8})])
def test_a_device_of_another_package_measures_the_networks_of_every_space(name, options):
    space = nasplug.space(name, **options)
    architecture = THIN if name == "proxyless" else space.sample(rng=np.random.default_rng(0))
    variables = len(space.build_network(architecture=architecture).trainable_variables)
    latencies = {space.measure_latency(architecture=architecture, device="variables") for _ in range(2)}
    assert latencies == {float(variables)}
    assert "variables" in {device for devices in space.devices() for device in devices}
    with pytest.raises(Unsupported, match="Did you mean 'variables'"):
        space.measure_latency(architecture=architecture, device="variable")


def test_a_picture_and_a_line_show_every_layer():
    svg = SPACE.draw(architecture=ARCHITECTURE)
    assert svg.count("<title>layer") == 22
    assert svg.count("<rect") == 20
    line = SPACE.describe(architecture=ARCHITECTURE)
    assert line.startswith("3×3-1 | 5×5-3 3×3-3 – – | ")  # block 1 has no expansion
    assert svg.count("<title>layer 0: 3×3-1<") == 1
    assert "\n" not in line


@pytest.mark.parametrize("hook", ["canonical", "describe", "draw", "measure"])
def test_an_architecture_of_another_space_or_length_is_refused(hook):
    with pytest.raises(InvalidArchitecture, match="space nasbench101"):
        getattr(SPACE, hook)(architecture=Architecture("nasbench101", MOBILE))
    with pytest.raises(InvalidArchitecture, match="22 integers"):
        getattr(SPACE, hook)(architecture=Architecture("proxyless", (6, 6, 6)))


def test_imagenet_without_data_says_what_to_do():
    with pytest.raises(ConfigurationError, match="data=DIR"):
        Proxyless(task="imagenet").evaluate(architecture=ARCHITECTURE, purpose="search", epochs=None, seed=0)


@pytest.mark.parametrize("options", [
    {"width": "abc"}, {"width": "0"}, {"epochs": "-1"}, {"label_smoothing": "1"},
    {"label_smoothing": "-0.1"}, {"mutation_probability": "1.5"},
])  # fmt: skip
def test_wrong_options_are_refused(options):
    with pytest.raises(OptionError, match="proxyless"):
        make(Proxyless, options, "proxyless")


def test_suggestions_are_minutes_on_embedded_tasks_and_the_papers_on_imagenet():
    embedded, imagenet = (
        Proxyless(task=task).recommend(strategy="neural_predictor") for task in ("cluttered-fashion-mnist", "imagenet")
    )
    assert embedded["budget"] < 20 < 119 < imagenet["budget"]
    assert embedded["batch"] == embedded["workers"] == 2
    assert (imagenet["paper"]["layers"], imagenet["paper"]["size"], imagenet["paper"]["stages"]) == (18, 96, 1)


def test_the_start_names_the_embedded_task_once_and_the_way_to_imagenet(capsys):
    SPACE.on_start(run=None)
    line = capsys.readouterr().err
    assert line.count("\n") == 1
    assert "quick-fashion-mnist" in line
    assert "task=imagenet" in line
