"""The laws of the space's hooks."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nasplug_proxyless.operations import CHOICES, MOBILE, check
from nasplug_proxyless.space import Proxyless

from nasplug import Architecture
from nasplug.errors import ConfigurationError, InvalidArchitecture, OptionError
from nasplug.options import make

SPACE = Proxyless()
ARCHITECTURE = Architecture("proxyless", MOBILE)
seeds = st.integers(0, 2**32)


@settings(deadline=None)
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


@settings(deadline=None)
@given(seed=seeds, layers=st.integers(1, 22))
def test_mutants_are_valid_and_differ_in_so_many_layers(seed, layers):
    rng = np.random.default_rng(seed)
    parent = SPACE.sample(rng=rng)
    child = Proxyless(mutated_layers=layers).mutate(architecture=parent, rng=rng)
    check(child.code)
    assert sum(a != b for a, b in zip(parent.code, child.code, strict=True)) == layers


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


def test_features_are_millions_of_parameters_and_multiply_adds():
    paper = Proxyless(task="imagenet").features(architectures=[ARCHITECTURE])
    assert paper.dtype == np.float32
    np.testing.assert_allclose(paper, [[4.080512, 320.427584]], rtol=1e-6)
    assert (SPACE.features(architectures=[ARCHITECTURE]) < paper).all()


def test_latency_is_known_for_pixel1_alone():
    assert SPACE.measure_latency(architecture=ARCHITECTURE, device="pixel1") == pytest.approx(84.42, abs=0.005)
    assert SPACE.measure_latency(architecture=ARCHITECTURE, device="toaster") is None


def test_a_picture_and_a_line_show_every_layer():
    svg = SPACE.draw(architecture=ARCHITECTURE)
    assert svg.count("<title>layer") == 22
    assert svg.count("<rect") == 20
    line = SPACE.describe(architecture=ARCHITECTURE)
    assert line.startswith("3×3-3 | 5×5-3 3×3-3 – – | ")
    assert "\n" not in line


@pytest.mark.parametrize("hook", ["canonical", "describe", "draw"])
def test_an_architecture_of_another_space_or_length_is_refused(hook):
    with pytest.raises(InvalidArchitecture, match="space nasbench101"):
        getattr(SPACE, hook)(architecture=Architecture("nasbench101", MOBILE))
    with pytest.raises(InvalidArchitecture, match="22 integers"):
        getattr(SPACE, hook)(architecture=Architecture("proxyless", (6, 6, 6)))


def test_imagenet_without_data_says_what_to_do():
    with pytest.raises(ConfigurationError, match="data=DIR"):
        Proxyless(task="imagenet").evaluate(architecture=ARCHITECTURE, purpose="search", epochs=None, seed=0)


@pytest.mark.parametrize("options", [{"width": "abc"}, {"width": "0"}, {"task": "mnist"}, {"epochs": "-1"}])
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
    assert "cluttered-fashion-mnist" in line
    assert "task=imagenet" in line
