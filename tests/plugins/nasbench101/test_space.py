"""The plugin through its hooks."""

import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from nasplug_nasbench101.evaluators.training import Training
from nasplug_nasbench101.space import NASBench101

import nasplug
from nasplug import Architecture
from nasplug.errors import InvalidArchitecture
from nasplug.training import load_task

TINY = {"evaluator": "train", "channels": 8, "stacks": 1, "epochs": 1}
DIRECT = Architecture("nasbench101", (0, 0, 0, 0, 0, 1) + (0,) * 20)  # input → output, nothing else


def test_canonical_ignores_what_pruning_removes() -> None:
    space = NASBench101()
    dangling = Architecture("nasbench101", (1, 0, 0, 0, 0, 1) + (0,) * 15 + (2, 1, 0, 0, 0))
    assert space.canonical(dangling) == space.canonical(DIRECT)


def test_enumeration_starts_small_and_has_every_cell() -> None:
    found = list(NASBench101().enumerate_space())
    assert len(found) == 423_624
    assert found[0] == DIRECT
    assert len({architecture.code for architecture in found}) == 423_624


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
        (Architecture("proxyless", DIRECT.code), "wanted an architecture of nasbench101"),
        (Architecture("nasbench101", (0,) * 26), "joined by a path"),
        (Architecture("nasbench101", (1,) * 21 + (0,) * 5), "at most 9 edges"),
        (Architecture("nasbench101", (0, 1)), "21 edge bits"),
    ],
)
def test_what_is_no_architecture_is_refused_by_every_hook(architecture: Architecture, message: str) -> None:
    space = NASBench101()
    calls = [space.canonical, space.describe, space.draw, space.build_network]
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


@pytest.mark.slow
def test_training_is_real_and_a_function_of_its_arguments() -> None:
    space = nasplug.space("nasbench101", **TINY)
    first = space.evaluate(architecture=DIRECT, purpose="search", epochs=None, seed=1)
    again = space.evaluate(architecture=DIRECT, purpose="search", epochs=None, seed=1)
    assert first.source == "trained"
    assert first.accuracy == again.accuracy
    assert first.accuracy > 25  # ten classes: guessing gives 10
    network = space.build_network(architecture=DIRECT)
    assert first.metrics["parameters"] == sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def test_halved_images_are_means_of_four_pixels() -> None:
    task = Training().task
    images, labels = next(iter(task.held_out_batches("search")))
    assert images.shape[1:] == (task.resolution, task.resolution, task.channels) == (14, 14, 1)
    whole, same_labels = next(iter(load_task("fashion-mnist", 28).held_out_batches("search")))
    np.testing.assert_allclose(images[3, 5, 6], whole[3, 10:12, 12:14].mean(axis=(0, 1)), rtol=1e-5)
    np.testing.assert_array_equal(labels, same_labels)
